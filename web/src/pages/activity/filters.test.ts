import { expect, test } from 'vitest'
import { beginOf, readActivityFilters } from './filters'

test('filters are read from an address, and nothing else is', () => {
  const all = { kind: 'charge', unit: 'unit-1', from: '2026-01-31', until: '2026-02-01' } as const
  expect(readActivityFilters({ ...all, after: 'x' })).toEqual(all)
  expect(readActivityFilters({ kind: 'money', unit: ' ', from: 'soon', until: '2026-13-40' })).toEqual({})
})

test('a day ends where the next begins', () => {
  expect(beginOf('2026-01-31')).toBe('2026-01-31T00:00:00.000Z')
  expect(beginOf('2026-01-31', 1)).toBe('2026-02-01T00:00:00.000Z')
})
