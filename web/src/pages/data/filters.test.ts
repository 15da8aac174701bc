import { expect, test } from 'vitest'
import { choicesOf, labelText, readDataFilters } from './filters'

test('filters come from the address, and nothing else does', () => {
  const read = readDataFilters({
    search: 'rain',
    own: true,
    trashed: 'yes',
    labels: ['site=north', 'nonsense', 3],
    x: 1,
  })
  expect(read).toEqual({ search: 'rain', own: true, labels: ['site=north'] })
  expect(readDataFilters({ search: 2012, owner: 'ada', origin: 'run' })).toEqual({
    search: '2012',
    owner: 'ada',
    origin: 'run',
  })
  expect(readDataFilters({ search: '', own: false, labels: [], origin: 'nowhere' })).toEqual({})
})

test('choices are those that were counted, and those that were chosen before', () => {
  const counted = [{ value: 'site=north', count: 2 }]
  expect(choicesOf(counted, ['site=north', 'site=south'])).toEqual([...counted, { value: 'site=south', count: 0 }])
})

test('a label without a value is its key', () => {
  expect([labelText('site=north'), labelText('raw='), labelText('eq=a=b')]).toEqual(['site: north', 'raw', 'eq: a=b'])
})
