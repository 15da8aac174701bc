import { expect, it } from 'vitest'
import { asProblem, problemFrom, unreachable } from './problem'
import { worthRetrying } from './query'

it('reads a problem of the station', () => {
  const body = {
    detail: 'no',
    reason: 'quota',
    fault: 'yours',
    next_step: 'free some',
    problems: [{ where: '/a', text: 'b' }],
  }
  const problem = problemFrom(413, body)
  expect([problem.status, problem.message, problem.nextStep, problem.faults.length]).toEqual([
    413,
    'no',
    'free some',
    1,
  ])
})

it('has words for an answer that is none of the station', () => {
  expect(problemFrom(502, '<html>').nextStep).not.toBe('')
  expect(problemFrom(502, null).fault).toBe('ours')
})

it('takes anything that was thrown', () => {
  expect(asProblem(new TypeError('Failed to fetch')).status).toBe(0)
  expect(asProblem('odd').fault).toBe('ours')
})

it('asks again only for what may pass', () => {
  expect(worthRetrying(0, unreachable())).toBe(true)
  expect(worthRetrying(0, problemFrom(503, null))).toBe(true)
  expect(worthRetrying(0, problemFrom(404, null))).toBe(false)
  expect(worthRetrying(3, unreachable())).toBe(false)
})
