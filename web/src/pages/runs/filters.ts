import type { RunReason, RunState } from '@/api/client'
import { STATES } from '@/show/runState'

export type ReasonName = RunReason['reason']

/** Every reason that a run can carry. */
const KNOWN: Readonly<Record<ReasonName, true>> = {
  waiting_for_slots: true,
  waiting_for_retry: true,
  no_engine: true,
  stopped_by_user: true,
  exit_nonzero: true,
  out_of_memory: true,
  disk_full: true,
  too_many_processes: true,
  soft_time_limit: true,
  time_limit: true,
  input_unreadable: true,
  input_changed: true,
  not_allowed: true,
  image_not_found: true,
  command_not_found: true,
  log_limit: true,
  output_missing: true,
  output_refused: true,
  output_too_large: true,
  output_dataset_gone: true,
  station_full: true,
  node_lost: true,
  engine_failed: true,
}
export const REASONS = Object.keys(KNOWN) as readonly ReasonName[]

/** Which runs are listed; every one of these stands in the address of the page. Times as the station writes them. */
export interface RunFilters {
  state?: RunState
  reason?: ReasonName
  tool?: string
  project?: string
  submitted_by?: string
  since?: string
  until?: string
}

/** Read the filters out of an address; what is no filter or no good value is left out. */
export function readRunFilters(search: Record<string, unknown>): RunFilters {
  const state = STATES.find((known) => known === search['state'])
  const reason = REASONS.find((known) => known === search['reason'])
  const [tool, project, submitted_by] = [text(search['tool']), text(search['project']), text(search['submitted_by'])]
  const [since, until] = [moment(search['since']), moment(search['until'])]
  return {
    ...(state && { state }),
    ...(reason && { reason }),
    ...(tool && { tool }),
    ...(project && { project }),
    ...(submitted_by && { submitted_by }),
    ...(since && { since }),
    ...(until && { until }),
  }
}

/** Return the filters with some changed; an empty value takes one away. */
export function changed(filters: RunFilters, change: Partial<Record<keyof RunFilters, string | null>>): RunFilters {
  return readRunFilters({ ...filters, ...change })
}

export function isFiltered(filters: RunFilters): boolean {
  return Object.keys(filters).length > 0
}

/** A name of the station in words: `out_of_memory` becomes `Out of memory`. */
export function inWords(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A time of an address as a field for date and time takes it, in the reader's zone; and back. */
export function toField(at: string | undefined): string {
  if (!at) return ''
  const time = new Date(at)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function fromField(field: string): string | null {
  const time = field ? new Date(field).getTime() : Number.NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

function moment(value: unknown): string | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function text(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : value
  return typeof written === 'string' && written.trim() ? written.trim().slice(0, 200) : undefined
}
