import { expect, it } from 'vitest'
import { changed, fromField, inWords, isFiltered, readRunFilters, toField } from './filters'

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

it('reads reason, submitter and times, which it writes as the station does', () => {
  const search = { reason: 'out_of_memory', submitted_by: 'ada', since: '2026-03-01T12:00:00+02:00', until: 'soon' }
  expect(readRunFilters(search)).toEqual({
    reason: 'out_of_memory',
    submitted_by: 'ada',
    since: '2026-03-01T10:00:00.000Z',
  })
  expect(readRunFilters({ reason: 'bad luck' })).toEqual({})
})

it('goes from an address to a field and back', () => {
  const at = '2026-03-01T10:30:00.000Z'
  expect(fromField(toField(at))).toBe(at)
  expect([toField(undefined), fromField(''), fromField('never')]).toEqual(['', null, null])
  expect(inWords('out_of_memory')).toBe('Out of memory')
})
