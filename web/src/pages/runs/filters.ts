import type { RunState } from '@/api/client'
import { STATES } from '@/show/runState'

/** Which runs are listed; every one of these stands in the address of the page. */
export interface RunFilters {
  state?: RunState
  tool?: string
  project?: string
}

/** Read the filters out of an address; what is no filter or no good value is left out. */
export function readRunFilters(search: Record<string, unknown>): RunFilters {
  const state = STATES.find((known) => known === search['state'])
  const tool = text(search['tool'])
  const project = text(search['project'])
  return { ...(state && { state }), ...(tool && { tool }), ...(project && { project }) }
}

/** Return the filters with some changed; an empty value takes one away. */
export function changed(filters: RunFilters, change: Partial<Record<keyof RunFilters, string | null>>): RunFilters {
  return readRunFilters({ ...filters, ...change })
}

export function isFiltered(filters: RunFilters): boolean {
  return Object.keys(filters).length > 0
}

function text(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : value
  return typeof written === 'string' && written.trim() ? written.trim().slice(0, 200) : undefined
}
