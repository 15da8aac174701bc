/** How a file can be looked at without running anything of it. */
export type Kind = 'image' | 'table' | 'json' | 'text' | 'pdf' | 'none'

export const TEXT_BYTES = 256 * 1024
export const IMAGE_BYTES = 32 * 1024 * 1024
export const PDF_BYTES = 64 * 1024 * 1024
export const TABLE_ROWS = 200

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml', 'image/avif', 'image/bmp']
const TABLES = ['text/csv', 'text/tab-separated-values']
const WRITTEN = /^(text\/|application\/(.*\+)?(xml|yaml|toml|jsonl|javascript|sql|x-sh|x-ipynb\+json)$|chemical\/)/
const JSONS = /^application\/(.*\+)?json$/

export function kindOf(mediaType: string): Kind {
  if (IMAGES.includes(mediaType)) return 'image'
  if (TABLES.includes(mediaType)) return 'table'
  if (JSONS.test(mediaType)) return 'json'
  if (mediaType === 'application/pdf') return 'pdf'
  return WRITTEN.test(mediaType) ? 'text' : 'none'
}

/** How many bytes of a file its preview reads; what must be whole and is larger has none. */
export function readOf(kind: Kind, size: number): number {
  if (kind === 'image') return size <= IMAGE_BYTES ? IMAGE_BYTES : 0
  if (kind === 'pdf') return size <= PDF_BYTES ? PDF_BYTES : 0
  return kind === 'none' ? 0 : TEXT_BYTES
}

/** The rows of comma- or tab-separated text (RFC 4180); a last row that the cut may have halved is left out. */
export function tableOf(text: string, separator: ',' | '\t', cut: boolean): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length && rows.length <= TABLE_ROWS; at += 1) {
    const letter = text.charAt(at)
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (letter === '"' && cell === '') quoted = true
    else if (letter === separator) {
      row.push(cell)
      cell = ''
    } else if (letter === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      row = []
      cell = ''
    } else cell += letter
  }
  if (!cut && rows.length <= TABLE_ROWS && (cell || row.length > 0)) rows.push([...row, cell])
  return rows
}

/** JSON with one thing on each line; text that is no JSON (or only the beginning of it) as it came. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
