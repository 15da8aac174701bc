/** The address of a file; each part of its path is escaped. */
export function fileAddress(dataset: string, version: number, path: string): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/')
  return `/api/v1/datasets/${encodeURIComponent(dataset)}/versions/${version}/files/${escaped}`
}

/** The address of all files of a version as one zip. */
export function archiveAddress(dataset: string, version: number): string {
  return `/api/v1/datasets/${encodeURIComponent(dataset)}/versions/${version}/archive.zip`
}
