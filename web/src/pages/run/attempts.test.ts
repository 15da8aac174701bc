import { expect, it } from 'vitest'
import type { Attempt, Run } from '@/api/client'
import { barsOf, longest, type Bar } from './attempts'

const at = (seconds: number) => new Date(seconds * 1000).toISOString()
const run = (state: Run['state'], more: Partial<Run> = {}) => ({ state, created_at: at(0), ...more }) as Run
const attempt = (number: number, claimed: number, more: Partial<Attempt> = {}) =>
  ({ number, claimed_at: at(claimed), usage: {}, ...more }) as Attempt
const told = (bar: Bar | undefined) => bar?.parts.map((part) => [part.phase, part.ms / 1000, part.going])

it('splits an attempt that ended into its four phases', () => {
  const whole = attempt(1, 2, { running_at: at(3), exited_at: at(10), ended_at: at(12) })
  const [bar] = barsOf(run('succeeded'), [whole], 99_000)
  expect(told(bar)).toEqual([
    ['waiting', 2, false],
    ['staging', 1, false],
    ['running', 7, false],
    ['collecting', 2, false],
  ])
  expect(bar?.ms).toBe(12_000)
})

it('lets the last phase go on while nothing ended it', () => {
  const [bar] = barsOf(run('running'), [attempt(1, 2, { running_at: at(3) })], 8_000)
  expect(told(bar)?.at(-1)).toEqual(['running', 5, true])
})

it('ends an attempt that never ran where it ended', () => {
  const [bar] = barsOf(run('failed'), [attempt(1, 1, { ended_at: at(4) })], 99_000)
  expect(told(bar)).toEqual([
    ['waiting', 1, false],
    ['staging', 3, false],
  ])
})

it('counts the waiting of a second attempt from the end of the first, and that of the next one', () => {
  const first = attempt(1, 1, { running_at: at(2), exited_at: at(3), ended_at: at(4) })
  const second = attempt(2, 9, { running_at: at(10), exited_at: at(11), ended_at: at(12) })
  const bars = barsOf(run('queued'), [first, second], 20_000)
  expect(bars.map((bar) => bar.number)).toEqual([1, 2, 0])
  expect(told(bars[1])?.[0]).toEqual(['waiting', 5, false])
  expect(told(bars[2])).toEqual([['waiting', 8, true]])
  expect(longest(bars)).toBe(8_000)
})

it('shows the waiting of a run that was canceled before any attempt, and none of a result used again', () => {
  expect(told(barsOf(run('canceled', { ended_at: at(6) }), [], 99_000)[0])).toEqual([['waiting', 6, false]])
  expect(barsOf(run('succeeded', { ended_at: at(6), reused_from: 'run-1' }), [], 99_000)).toEqual([])
})

it('never goes back in time where clocks disagree', () => {
  const odd = attempt(1, 5, { running_at: at(4), exited_at: at(6), ended_at: at(6) })
  expect(barsOf(run('succeeded'), [odd], 0)[0]?.parts.every((part) => part.ms >= 0)).toBe(true)
})
