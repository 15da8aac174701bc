/** What the address of a run's page may say: the run that it repeats. */
export interface RunSearch {
  before?: string
}

export function readRunSearch(search: Record<string, unknown>): RunSearch {
  const before = search['before']
  return typeof before === 'string' && before.startsWith('run-') ? { before } : {}
}
