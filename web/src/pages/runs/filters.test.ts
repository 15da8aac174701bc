import { expect, it } from 'vitest'
import { changed, isFiltered, readRunFilters } from './filters'

it('takes filters out of an address and leaves the rest', () => {
  const search = { state: 'failed', tool: 'table-summary', project: 'project-1', page: 3 }
  expect(readRunFilters(search)).toEqual({ state: 'failed', tool: 'table-summary', project: 'project-1' })
})

it('leaves out what is no good value', () => {
  expect(readRunFilters({ state: 'broken', tool: '  ', project: { a: 1 } })).toEqual({})
})

it('reads a tool whose name is a number', () => {
  expect(readRunFilters({ tool: 42 })).toEqual({ tool: '42' })
})

it('changes one filter and takes away empty ones', () => {
  expect(changed({ state: 'failed', tool: 'sleep' }, { tool: '' })).toEqual({ state: 'failed' })
  expect(isFiltered(changed({ state: 'failed' }, { state: null }))).toBe(false)
})
