import { expect, test } from 'vitest'
import { labelFacets, labelText, readDataFilters } from './filters'

test('filters come from the address, and nothing else does', () => {
  const read = readDataFilters({ name: 'rain', own: true, trashed: 'yes', labels: ['site=north', 'nonsense', 3], x: 1 })
  expect(read).toEqual({ name: 'rain', own: true, labels: ['site=north'] })
  expect(readDataFilters({ name: '', own: false, labels: [] })).toEqual({})
})

test('facets count labels, the most frequent first, and keep what was chosen', () => {
  const sets: { labels: Record<string, string> }[] = [
    { labels: { site: 'north', raw: '' } },
    { labels: { site: 'north' } },
    { labels: {} },
  ]
  expect(labelFacets(sets, ['site=south'])).toEqual([
    { label: 'site=north', count: 2 },
    { label: 'raw=', count: 1 },
    { label: 'site=south', count: 0 },
  ])
})

test('a label without a value is its key', () => {
  expect([labelText('site=north'), labelText('raw='), labelText('eq=a=b')]).toEqual(['site: north', 'raw', 'eq: a=b'])
})
