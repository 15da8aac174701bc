import { expect, it } from 'vitest'
import { problemFrom } from '@/api/problem'
import { faultsBelow, fieldFaults, steps } from './faults'

const problem = problemFrom(422, {
  detail: 'no',
  problems: [
    { where: '/body/name', text: 'too long' },
    { where: '/name', text: 'taken by a control character' },
    { where: '/inputs/table', text: 'is needed' },
    { where: 'line 3, column 7', text: 'not YAML' },
  ],
})

it('sorts faults to their fields, and keeps the rest', () => {
  const { at, rest } = fieldFaults(problem, ['name', 'inputs'])
  expect(at).toEqual({ name: 'too long; taken by a control character', inputs: 'is needed' })
  expect(rest.map((fault) => fault.where)).toEqual(['line 3, column 7'])
})

it('finds none where nothing failed, or something else did', () => {
  expect(fieldFaults(null, ['name'])).toEqual({ at: {}, rest: [] })
  expect(fieldFaults(new TypeError('Failed to fetch'), ['name']).at).toEqual({})
})

it('reads the steps of a pointer', () => {
  expect(steps('/body/labels/a~1b')).toEqual(['labels', 'a/b'])
  expect(steps('line 1')).toEqual([])
})

it('takes a field by its steps, and a refusal by its reason', () => {
  expect(fieldFaults(problem, ['inputs/table', 'inputs/other']).at).toEqual({ 'inputs/table': 'is needed' })
  expect(fieldFaults(problem, ['inputs/tab']).at).toEqual({})
  const taken = problemFrom(409, { detail: 'the name is taken', reason: 'name_taken' })
  expect(fieldFaults(taken, ['name'], { name_taken: 'name' }).at).toEqual({ name: 'The name is taken.' })
})

it('gives the faults below a field with the steps from there', () => {
  expect(faultsBelow(problem, 'inputs')).toEqual([{ steps: ['table'], text: 'is needed' }])
  expect(faultsBelow(undefined, 'inputs')).toEqual([])
})
