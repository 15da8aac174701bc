/** Names a version of a data set, or one file of it. */
export interface Reference {
  dataset: string
  /** The newest version if absent. */
  number?: number
  /** All files if absent. */
  path?: string
}

/** Write a reference as the station reads it: `dataset@number:path`. */
export function written({ dataset, number, path }: Reference): string {
  return `${dataset}${number === undefined ? '' : `@${number}`}${path ? `:${path}` : ''}`
}

/** Read a reference; null where it names nothing. */
export function read(text: string): Reference | null {
  const found = /^([^@:]+)(?:@(\d+))?(?::(.+))?$/s.exec(text)
  if (!found?.[1]) return null
  const [, dataset, number, path] = found
  return { dataset, ...(number && { number: Number(number) }), ...(path && { path }) }
}

/** A name that the station takes, made of the name of a file: `My Table (2).csv` gives `my-table-2`. */
export function nameFrom(file: string): string {
  const stem = file
    .replace(/\.[^.]+$/, '')
    .normalize('NFKD')
    .toLowerCase()
  const name = stem
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return name.slice(0, 80) || 'upload'
}
