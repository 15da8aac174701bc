import type { RunGroup, RunReason, RunState } from '@/api/client'
import { grouped } from '@/format/number'
import { STATES } from '@/show/runState'

/** A number of runs; with `more` it is only what was counted. */
export interface Count {
  count: number
  more: boolean
}

/** How many runs are in each state, in the order of a run's life. */
export function byState(groups: readonly RunGroup[]): readonly (Count & { state: RunState })[] {
  return STATES.flatMap((state) => {
    const found = groups.filter((group) => group.state === state)
    return found.length > 0 ? [{ state, ...together(found) }] : []
  })
}

/** Why runs failed: how many, and each reason with how often, the most frequent first. */
export interface Failures extends Count {
  reasons: readonly (Count & { reason: RunReason })[]
}

/** What the groups say of runs that failed; null where none did. */
export function failuresOf(groups: readonly RunGroup[]): Failures | null {
  const failed = groups.filter((group) => group.state === 'failed')
  if (failed.length === 0) return null
  const reasons = failed.flatMap(({ reason, count, more }) => (reason ? [{ reason, count, more }] : []))
  return { ...together(failed), reasons: reasons.sort((a, b) => b.count - a.count) }
}

/** How many failed and for what, in words, up to the reason itself: "43 failed, 41 for the same reason". */
export function headline({ reasons, ...all }: Failures): string {
  const first = reasons[0]
  const words = `${written(all)} failed`
  if (!first || all.count === 1) return words
  if (reasons.length === 1) return `${words}, all for the same reason`
  return first.count === 1
    ? `${words}, for ${grouped(reasons.length)} reasons`
    : `${words}, ${written(first)} for the same reason`
}

/** A count as people read it: `43`, or `more than 10,000`. */
export function written({ count, more }: Count): string {
  return more ? `more than ${grouped(count)}` : grouped(count)
}

function together(groups: readonly RunGroup[]): Count {
  return { count: groups.reduce((sum, group) => sum + group.count, 0), more: groups.some((group) => group.more) }
}
