import type { TreeEntry } from '@/api/client'

/** What is known of one folder: the entries that came so far, and where the next page begins. */
export interface Listing {
  entries: readonly TreeEntry[]
  next: string | null
  state: 'loading' | 'here' | 'failed'
  error?: unknown
}

export type Listings = Readonly<Record<string, Listing>>

/** One line of the tree: an entry, or what stands for entries that are not there yet. */
export type Row =
  | { kind: 'entry'; key: string; entry: TreeEntry; level: number; place: number; of: number; open: boolean }
  | { kind: 'more'; key: string; folder: string; level: number }
  | { kind: 'failed'; key: string; folder: string; level: number; error: unknown }

/** The path of the folder that something lies in; empty at the top. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/', path.length - 2)
  return path.slice(0, end + 1)
}

/** The name of an entry inside its folder. */
export function nameOf(path: string): string {
  return path.slice(folderOf(path).length).replace(/\/$/, '')
}

/** The folders on the way to a path, the outermost first; the path itself too where it is a folder. */
export function wayTo(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)
}

/** The lines of the tree from top to bottom: every open folder with what is known to lie in it. */
export function rowsOf(listings: Listings, open: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  addRows(rows, listings, open, '', 1)
  return rows
}

function addRows(rows: Row[], listings: Listings, open: ReadonlySet<string>, folder: string, level: number): void {
  const listing = listings[folder]
  const entries = listing?.entries ?? []
  const of = listing?.state === 'here' && listing.next === null ? entries.length : -1
  entries.forEach((entry, at) => {
    const opened = entry.kind === 'folder' && open.has(entry.path)
    rows.push({ kind: 'entry', key: entry.path, entry, level, place: at + 1, of, open: opened })
    if (opened) addRows(rows, listings, open, entry.path, level + 1)
  })
  if (listing?.state === 'failed') {
    rows.push({ kind: 'failed', key: `failed ${folder}`, folder, level, error: listing.error })
  } else if (listing === undefined || listing.state === 'loading' || listing.next !== null) {
    rows.push({ kind: 'more', key: `more ${folder}`, folder, level })
  }
}

/** What a key does in the tree, by the pattern of trees of the ARIA practices. */
export type Move = { go: number } | { open: string } | { close: string } | { choose: number } | null

export function moveOf(key: string, at: number, rows: readonly Row[]): Move {
  const row = rows[at]
  switch (key) {
    case 'ArrowDown':
      return { go: Math.min(at + 1, rows.length - 1) }
    case 'ArrowUp':
      return { go: Math.max(at - 1, 0) }
    case 'Home':
      return { go: 0 }
    case 'End':
      return { go: rows.length - 1 }
    case 'Enter':
    case ' ':
      return { choose: at }
    case 'ArrowRight':
      return row?.kind === 'entry' && row.entry.kind === 'folder' ? right(row, at, rows) : null
    case 'ArrowLeft':
      return row?.kind === 'entry' && row.open ? { close: row.entry.path } : upwards(at, rows)
    default:
      return null
  }
}

function right(row: Extract<Row, { kind: 'entry' }>, at: number, rows: readonly Row[]): Move {
  if (!row.open) return { open: row.entry.path }
  return at + 1 < rows.length ? { go: at + 1 } : null
}

function upwards(at: number, rows: readonly Row[]): Move {
  const level = rows[at]?.level ?? 1
  for (let above = at - 1; above >= 0; above -= 1) if ((rows[above]?.level ?? 1) < level) return { go: above }
  return null
}
