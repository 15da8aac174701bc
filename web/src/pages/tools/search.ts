/** What the address of the list of tools may say. */
export interface ToolSearch {
  search?: string
}

export function readSearch(given: Record<string, unknown>): ToolSearch {
  const search = given['search']
  const text = typeof search === 'number' ? String(search) : search
  return typeof text === 'string' && text.trim() ? { search: text.slice(0, 200) } : {}
}
