/** Which data sets the list shows; all of it is in the address, so that it can be shared. */
export interface DataFilters {
  name?: string
  own?: boolean
  trashed?: boolean
  /** `key=value`; all of them. */
  labels?: string[]
}

export function readDataFilters(search: Record<string, unknown>): DataFilters {
  const labels = Array.isArray(search.labels) ? search.labels.filter(isLabel) : []
  return {
    ...(typeof search.name === 'string' && search.name ? { name: search.name.slice(0, 100) } : {}),
    ...(search.own === true ? { own: true } : {}),
    ...(search.trashed === true ? { trashed: true } : {}),
    ...(labels.length > 0 ? { labels } : {}),
  }
}

function isLabel(given: unknown): given is string {
  return typeof given === 'string' && given.indexOf('=') > 0
}

export interface Facet {
  label: string
  count: number
}

/** The labels of these data sets, the most frequent first; chosen ones are always among them. */
export function labelFacets(sets: readonly { labels: Record<string, string> }[], chosen: readonly string[]): Facet[] {
  const counts = new Map(chosen.map((label) => [label, 0]))
  for (const { labels } of sets) {
    for (const [key, value] of Object.entries(labels)) {
      const label = `${key}=${value}`
      counts.set(label, (counts.get(label) ?? 0) + 1)
    }
  }
  const facets = [...counts].map(([label, count]) => ({ label, count }))
  return facets.sort((one, other) => other.count - one.count || one.label.localeCompare(other.label))
}

/** How a label is shown: `site: north`, or only its key where it has no value. */
export function labelText(label: string): string {
  const at = label.indexOf('=')
  const value = label.slice(at + 1)
  return value ? `${label.slice(0, at)}: ${value}` : label.slice(0, at)
}
