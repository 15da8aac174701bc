import { expect, test } from 'vitest'
import { readTaskFilters } from './filters'

test('filters are read from an address, and nothing else is', () => {
  const all = { purpose: 'project', open: true, project: 'project-1', about: ' thing-1 ' } as const
  expect(readTaskFilters({ ...all, after: 'x' })).toEqual({ ...all, about: 'thing-1' })
  expect(readTaskFilters({ purpose: 'FILE', open: 'yes', project: 7, about: ' ' })).toEqual({})
  expect(readTaskFilters({ about: 'x'.repeat(300) }).about).toHaveLength(200)
})
