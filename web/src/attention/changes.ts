import { nameOf } from '@/show/run'
import { LOOKS } from '@/show/runState'
import { grouped } from '@/format/number'
import type { Attention, RunNote } from './queries'

const NAMED = 3

/** The badge for a number that is only counted up to a hundred. */
export function badge(unread: number): string {
  return unread > 99 ? '99+' : String(unread)
}

/** Those runs that ended between two looks at the same lists. */
export function endedSince(before: Attention | undefined, now: Attention): readonly RunNote[] {
  if (!before) return []
  const known = new Set(before.ended.map((run) => run.id))
  const newest = before.ended[0]?.ended_at ?? ''
  return now.ended.filter((run) => !known.has(run.id) && (run.ended_at ?? '') > newest)
}

/** What is said aloud of runs that ended: few by name, many as a number. */
export function spoken(runs: readonly RunNote[]): string {
  if (runs.length > NAMED) return `${grouped(runs.length)} runs ended.`
  return runs.map((run) => `${nameOf(run)}: ${LOOKS[run.state].word.toLowerCase()}.`).join(' ')
}
