import type { Run } from '@/api/client'
import { isFinal } from '@/show/runState'

const RECENT_MS = 7 * 24 * 3600 * 1000

/** What Home shows of the runs it knows. */
export interface Overview {
  active: readonly Run[]
  finished: readonly Run[]
  /** Those of the reader that failed within a week. */
  failed: readonly Run[]
}

/** Sort runs into what goes on, what ended, and what asks for the reader; each newest first, none twice. */
export function overview(lists: readonly (readonly Run[])[], username: string, now: number): Overview {
  const runs = [...new Map(lists.flat().map((run) => [run.id, run])).values()].sort((a, b) => (a.id < b.id ? 1 : -1))
  return {
    active: runs.filter((run) => !isFinal(run.state)),
    finished: runs.filter((run) => run.state === 'succeeded' || run.state === 'canceled'),
    failed: runs.filter((run) => run.state === 'failed' && run.submitted_by === username && recent(run, now)),
  }
}

function recent(run: Run, now: number): boolean {
  return now - Date.parse(run.ended_at ?? run.created_at) < RECENT_MS
}

/** How full a quota is, from 0 to 100. */
export function filled(used: number, quota: number): number {
  return quota > 0 ? Math.min(100, (100 * used) / quota) : 100
}
