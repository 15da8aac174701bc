/** What the address of a form may say: the run whose values it begins with. */
export interface LaunchSearch {
  from?: string
}

export function readLaunch(search: Record<string, unknown>): LaunchSearch {
  const from = search['from']
  return typeof from === 'string' && from.startsWith('run-') ? { from } : {}
}
