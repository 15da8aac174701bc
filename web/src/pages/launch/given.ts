/** What the address of a form may say: the run whose values it begins with, or the data that it is to take. */
export interface LaunchSearch {
  from?: string
  /** A reference, and its media type where it is one file. */
  data?: string
  type?: string
}

export function readLaunch(search: Record<string, unknown>): LaunchSearch {
  const { from, data, type } = search
  return {
    ...(typeof from === 'string' && from.startsWith('run-') ? { from } : {}),
    ...(typeof data === 'string' && data ? { data } : {}),
    ...(typeof type === 'string' && type ? { type } : {}),
  }
}
