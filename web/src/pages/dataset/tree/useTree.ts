import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useReducer, useState } from 'react'
import type { Page, TreeEntry } from '@/api/client'
import { folderQuery } from '../queries'
import { rowsOf, wayTo, type Listing, type Listings, type Row } from './rows'

type News =
  | { folder: string; tells: 'asked' }
  | { folder: string; tells: 'came'; page: Page<TreeEntry>; first: boolean }
  | { folder: string; tells: 'failed'; error: unknown }

const NOTHING: Listing = { entries: [], next: null, state: 'loading' }

function learned(known: Listings, news: News): Listings {
  const before = known[news.folder] ?? NOTHING
  return { ...known, [news.folder]: after(before, news) }
}

function after(before: Listing, news: News): Listing {
  if (news.tells === 'asked') return { ...before, state: 'loading' }
  if (news.tells === 'failed') return { ...before, state: 'failed', error: news.error }
  const earlier = news.first ? [] : before.entries
  return { entries: [...earlier, ...news.page.items], next: news.page.next ?? null, state: 'here' }
}

export interface Tree {
  rows: readonly Row[]
  open: (folder: string) => void
  close: (folder: string) => void
  /** Ask for what comes next in a folder, or again where that failed. */
  more: (folder: string) => void
}

/** The files of one version as a tree, of which only what is opened is asked for; `at` is open from the beginning. */
export function useTree(dataset: string, number: number, at: string): Tree {
  const queries = useQueryClient()
  const [known, learn] = useReducer(learned, {})
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(wayTo(at)))

  const ask = useCallback(
    async (folder: string, position: string | null) => {
      learn({ folder, tells: 'asked' })
      try {
        const page = await queries.query(folderQuery(dataset, number, folder, position))
        learn({ folder, tells: 'came', page, first: position === null })
      } catch (error) {
        learn({ folder, tells: 'failed', error })
      }
    },
    [queries, dataset, number],
  )
  const more = useCallback(
    (folder: string) => {
      const listing = known[folder]
      if (listing?.state !== 'loading') void ask(folder, listing?.next ?? null)
    },
    [ask, known],
  )
  useEffect(() => {
    for (const folder of ['', ...wayTo(at)]) void ask(folder, null)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is open at first; later each folder asks for itself
  }, [ask])

  const open = (folder: string) => {
    setOpened((before) => new Set([...before, folder]))
    if (known[folder] === undefined) void ask(folder, null)
  }
  const close = (folder: string) => setOpened((before) => new Set([...before].filter((one) => one !== folder)))
  const rows = useMemo(() => rowsOf(known, opened), [known, opened])
  return { rows, open, close, more }
}
