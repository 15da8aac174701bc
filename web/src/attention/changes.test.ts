import { expect, it } from 'vitest'
import { badge, endedSince, spoken } from './changes'
import type { Attention, RunNote } from './queries'

function run(id: string, ended: string): RunNote {
  return {
    id: `run-${id}`,
    tool: { name: 'hello', version: '1.0.0' },
    state: 'succeeded',
    attempts: 1,
    created_at: '2026-01-01T00:00:00.000000Z',
    ended_at: ended,
    unread: true,
  }
}

function attention(...ended: RunNote[]): Attention {
  return { under_way: [], ended, failed: [], unread: ended.length }
}

const first = run('aaaaaa', '2026-01-01T00:00:01.000000Z')
const second = run('bbbbbb', '2026-01-01T00:00:02.000000Z')

it('knows nothing of what ended before the page was opened', () => {
  expect(endedSince(undefined, attention(first))).toEqual([])
})

it('tells what ended between two looks, also after none had', () => {
  expect(endedSince(attention(first), attention(second, first))).toEqual([second])
  expect(endedSince(attention(), attention(first))).toEqual([first])
})

it('does not take for new what came into the list because something else left it', () => {
  expect(endedSince(attention(second), attention(second, first))).toEqual([])
})

it('speaks of few by name and of many by number', () => {
  expect(spoken([first])).toBe('hello aaaaaa: succeeded.')
  expect(spoken([first, first, second, second])).toBe('4 runs ended.')
  expect(spoken([])).toBe('')
})

it('counts to ninety-nine', () => {
  expect([badge(3), badge(99), badge(100)]).toEqual(['3', '99', '99+'])
})
