import { expect, it } from 'vitest'
import type { Page, Run } from '@/api/client'
import { countNewer, patched, refreshed, rowsOf, type Loaded } from './rows'

function run(id: number, state: Run['state'] = 'running'): Run {
  return { id: `run-${id}`, state } as unknown as Run
}

function page(ids: readonly number[], next?: string): Page<Run> {
  return { items: ids.map((id) => run(id)), ...(next && { next }) }
}

function loaded(...pages: Page<Run>[]): Loaded {
  return { pages, pageParams: pages.map(() => undefined) }
}

const ids = (found: Loaded) => rowsOf(found).map((each) => Number(each.id.slice(4)))
const LIST = loaded(page([19, 18, 17], 'a'), page([16, 15, 14], 'b'))

it('puts newer runs on top and keeps what lies behind the fresh page', () => {
  const found = refreshed(LIST, page([21, 20, 19], 'c'), true)
  expect(ids(found)).toEqual([21, 20, 19, 18, 17, 16, 15, 14])
  expect(found.pages.map((each) => each.next)).toEqual(['a', 'b'])
})

it('keeps newer runs back while the reader is further down', () => {
  expect(ids(refreshed(LIST, page([21, 20, 19], 'c'), false))).toEqual([19, 18, 17, 16, 15, 14])
  expect(countNewer(LIST, page([21, 20, 19], 'c'))).toBe(2)
})

it('drops runs that left the filter, and only where the fresh page speaks for them', () => {
  expect(ids(refreshed(LIST, page([19, 17, 15], 'c'), true))).toEqual([19, 17, 15, 14])
})

it('takes the state of known runs from the fresh page', () => {
  const found = refreshed(LIST, { items: [run(19, 'succeeded'), run(18)], next: 'c' }, false)
  expect(rowsOf(found)[0]?.state).toBe('succeeded')
})

it('begins anew where runs between are unknown', () => {
  expect(ids(refreshed(LIST, page([99, 98, 97], 'c'), true))).toEqual([99, 98, 97])
  expect(ids(refreshed(LIST, page([99, 98, 97], 'c'), false))).toEqual(ids(LIST))
})

it('takes a fresh page without a next one for the whole list', () => {
  expect(ids(refreshed(LIST, page([20, 18]), true))).toEqual([20, 18])
  expect(ids(refreshed(LIST, page([20, 18]), false))).toEqual([18])
  expect(ids(refreshed(LIST, page([]), true))).toEqual([])
  expect(ids(refreshed(loaded(page([])), page([3, 2]), false))).toEqual([3, 2])
})

it('patches one run wherever it lies', () => {
  const found = patched(LIST, run(15, 'failed'))
  expect(rowsOf(found).map((each) => each.state)).toEqual([
    'running',
    'running',
    'running',
    'running',
    'failed',
    'running',
  ])
  expect(found.pages[0]).toBe(LIST.pages[0])
})
