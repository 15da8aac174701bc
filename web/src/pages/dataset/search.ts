export const TABS = ['files', 'about', 'versions', 'lineage', 'molecules', 'uses', 'members'] as const
export type Tab = (typeof TABS)[number]

/** What of a data set is shown; all of it is in the address. */
export interface DatasetView {
  tab?: Tab
  version?: number
  /** Only files whose path begins so, as one list. */
  under?: string
  /** The folder of the tree that was opened last. */
  at?: string
  /** The file that is looked into. */
  file?: string
}

export function readDatasetView(search: Record<string, unknown>): DatasetView {
  const tab = TABS.find((one) => one === search.tab)
  const { version, under, at, file } = search
  return {
    ...(tab && tab !== 'files' ? { tab } : {}),
    ...(typeof version === 'number' && Number.isInteger(version) && version > 0 ? { version } : {}),
    ...(typeof under === 'string' && under ? { under } : {}),
    ...(typeof at === 'string' && at ? { at } : {}),
    ...(typeof file === 'string' && file ? { file } : {}),
  }
}
