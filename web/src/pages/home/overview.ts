import type { Run } from '@/api/client'
import { isFinal } from '@/show/runState'

/** What Home shows of the runs it knows. */
export interface Overview {
  active: readonly Run[]
  finished: readonly Run[]
}

/** Sort runs into what goes on and what ended; each newest first, none twice. */
export function overview(lists: readonly (readonly Run[])[]): Overview {
  const runs = [...new Map(lists.flat().map((run) => [run.id, run])).values()].sort((a, b) => (a.id < b.id ? 1 : -1))
  return {
    active: runs.filter((run) => !isFinal(run.state)),
    finished: runs.filter((run) => isFinal(run.state)),
  }
}

/** How full a quota is, from 0 to 100. */
export function filled(used: number, quota: number): number {
  return quota > 0 ? Math.min(100, (100 * used) / quota) : 100
}
