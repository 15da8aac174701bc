/** How the newest version of a data set came to be. */
export const ORIGINS = { run: 'Made by a run', upload: 'Uploaded', place: 'Registered in place' } as const
export type Origin = keyof typeof ORIGINS

/** Which data sets the list shows; all of it is in the address, so that it can be shared. */
export interface DataFilters {
  /** Texts that all occur in name, title, description or labels. */
  search?: string
  /** A username. */
  owner?: string
  origin?: Origin
  own?: boolean
  trashed?: boolean
  /** `key=value`; all of them. */
  labels?: string[]
}

export function readDataFilters(given: Record<string, unknown>): DataFilters {
  const labels = Array.isArray(given.labels) ? given.labels.filter(isLabel) : []
  const search = textOf(given.search)
  const owner = textOf(given.owner)
  return {
    ...(search ? { search: search.slice(0, 200) } : {}),
    ...(owner ? { owner: owner.slice(0, 100) } : {}),
    ...(isOrigin(given.origin) ? { origin: given.origin } : {}),
    ...(given.own === true ? { own: true } : {}),
    ...(given.trashed === true ? { trashed: true } : {}),
    ...(labels.length > 0 ? { labels } : {}),
  }
}

/** A text of the address, also where it looks like a number and was read as one. */
function textOf(given: unknown): string {
  return typeof given === 'number' ? String(given) : typeof given === 'string' ? given : ''
}

function isOrigin(given: unknown): given is Origin {
  return typeof given === 'string' && given in ORIGINS
}

function isLabel(given: unknown): given is string {
  return typeof given === 'string' && given.indexOf('=') > 0
}

export interface Choice {
  value: string
  count: number
}

/** The values that can be chosen, as the station counted them; chosen ones are always among them. */
export function choicesOf(counted: readonly Choice[], chosen: readonly string[]): Choice[] {
  const known = new Set(counted.map(({ value }) => value))
  const missing = chosen.filter((value) => !known.has(value)).map((value) => ({ value, count: 0 }))
  return [...counted, ...missing]
}

/** How a label is shown: `site: north`, or only its key where it has no value. */
export function labelText(label: string): string {
  const at = label.indexOf('=')
  const value = label.slice(at + 1)
  return value ? `${label.slice(0, at)}: ${value}` : label.slice(0, at)
}
