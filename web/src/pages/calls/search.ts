/** What the address of the page of calls may say. */
export interface CallSearch {
  /** Only calls of this user. */
  user?: string
}

export function readCallSearch(given: Record<string, unknown>): CallSearch {
  const user = given['user']
  return typeof user === 'string' && user.trim() ? { user: user.trim().slice(0, 200) } : {}
}
