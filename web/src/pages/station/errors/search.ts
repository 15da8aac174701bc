/** What the address of the page of errors may say. */
export interface ErrorSearch {
  /** Id of an error, or of a request that met one. */
  error?: string
}

export function readErrorSearch(given: Record<string, unknown>): ErrorSearch {
  const error = given['error']
  return typeof error === 'string' && error.trim() ? { error: error.trim().slice(0, 200) } : {}
}
