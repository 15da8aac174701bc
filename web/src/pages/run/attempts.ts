import type { Attempt, Run } from '@/api/client'
import { isFinal } from '@/show/runState'

export const PHASES = ['waiting', 'staging', 'running', 'collecting'] as const
export type Phase = (typeof PHASES)[number]

/** One phase of an attempt. */
export interface Part {
  phase: Phase
  ms: number
  /** Whether it still goes on. */
  going: boolean
}

/** An attempt as a bar; `number` is 0 for one that has not begun. */
export interface Bar {
  number: number
  parts: readonly Part[]
  ms: number
  attempt?: Attempt
}

/**
 * Split every attempt of a run into its phases, at the time `now` (milliseconds).
 *
 * An attempt waits from the end of the one before it, the first from the moment the run was made. A run that waits for
 * its next attempt has one bar more.
 */
export function barsOf(run: Run, attempts: readonly Attempt[], now: number): readonly Bar[] {
  let from = Date.parse(run.created_at)
  const bars: Bar[] = attempts.map((attempt) => {
    const parts = partsOf(attempt, from, now)
    from = attempt.ended_at ? Date.parse(attempt.ended_at) : now
    return { number: attempt.number, parts, ms: total(parts), attempt }
  })
  if (run.state === 'queued' || run.state === 'held') {
    bars.push(waiting(from, now, true))
  } else if (bars.length === 0 && isFinal(run.state) && run.ended_at && !run.reused_from) {
    bars.push(waiting(from, Date.parse(run.ended_at), false))
  }
  return bars
}

/** How many times as long the longest bar is as it is shown: bars of one run are on one scale. */
export function longest(bars: readonly Bar[]): number {
  return Math.max(1, ...bars.map((bar) => bar.ms))
}

function partsOf(attempt: Attempt, from: number, now: number): readonly Part[] {
  const ended = attempt.ended_at ? Date.parse(attempt.ended_at) : null
  const claimed = Date.parse(attempt.claimed_at)
  const running = attempt.running_at ? Date.parse(attempt.running_at) : null
  const exited = attempt.exited_at ? Date.parse(attempt.exited_at) : null
  const parts = [
    part('waiting', from, claimed, now),
    part('staging', claimed, running ?? exited ?? ended, now),
    running === null ? null : part('running', running, exited ?? ended, now),
    exited === null ? null : part('collecting', exited, ended, now),
  ]
  return parts.filter((found) => found !== null)
}

function part(phase: Phase, from: number, to: number | null, now: number): Part {
  return { phase, ms: Math.max(0, (to ?? now) - from), going: to === null }
}

function waiting(from: number, to: number, going: boolean): Bar {
  const ms = Math.max(0, to - from)
  return { number: 0, parts: [{ phase: 'waiting', ms, going }], ms }
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, each) => sum + each.ms, 0)
}
