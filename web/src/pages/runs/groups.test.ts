import { expect, it } from 'vitest'
import type { RunGroup } from '@/api/client'
import { byState, failuresOf, headline } from './groups'

function group(state: RunGroup['state'], count: number, reason?: string, more = false): RunGroup {
  const why = reason && { reason, text: reason, fault: 'yours', next_step: '' }
  return { state, count, more, ...(why && { reason: why }) } as unknown as RunGroup
}

const said = (...groups: RunGroup[]) => {
  const failures = failuresOf(groups)
  return failures && headline(failures)
}

it('says how many failed, and how many of them for the same reason', () => {
  expect(said(group('failed', 2, 'b'), group('failed', 41, 'a'), group('succeeded', 9))).toBe(
    '43 failed, 41 for the same reason',
  )
  expect(said(group('failed', 43, 'a'))).toBe('43 failed, all for the same reason')
  expect(said(group('failed', 1, 'a'), group('failed', 1, 'b'))).toBe('2 failed, for 2 reasons')
  expect(said(group('failed', 1, 'a'))).toBe('1 failed')
  expect(said(group('succeeded', 4))).toBe(null)
})

it('says where not all were counted', () => {
  expect(said(group('failed', 9000, 'a', true), group('failed', 1000, 'b', true))).toBe(
    'more than 10,000 failed, more than 9,000 for the same reason',
  )
})

it('puts reasons together for each state, in the order of a run', () => {
  const found = byState([group('failed', 2, 'b'), group('succeeded', 7), group('failed', 1, 'a'), group('queued', 3)])
  expect(found.map(({ state, count }) => [state, count])).toEqual([
    ['queued', 3],
    ['succeeded', 7],
    ['failed', 3],
  ])
})
