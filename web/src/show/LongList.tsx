import { Center, Loader } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Page } from '@/api/client'
import { Loading } from './Page'
import { ProblemNote } from './Problem'

const AHEAD = 20

interface LongListProps<T> {
  label: string
  found: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  keyOf: (item: T) => string
  /** Height of a row before it is measured, in pixels. */
  rowHeight: number
  empty: ReactNode
  children: (item: T) => ReactNode
}

/** A list of any length: only the rows on screen are in the page, and the next page is asked for before its turn. */
export function LongList<T>({ label, found, keyOf, rowHeight, empty, children }: LongListProps<T>) {
  const list = useRef<HTMLDivElement>(null)
  const [above, setAbove] = useState(0)
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data])
  useLayoutEffect(() => {
    const top = list.current?.getBoundingClientRect().top
    if (top !== undefined) setAbove(top + window.scrollY)
  }, [items.length])

  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: above,
    getItemKey: (index) => keyOf(items[index] as T),
  })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found
  useEffect(() => {
    const near = last >= items.length - AHEAD
    if (near && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [last, items.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  if (found.isPending) return <Loading rows={6} />
  if (found.error && !found.data) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (items.length === 0) return empty
  return (
    <>
      <div ref={list} role="list" aria-label={label} style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {shown.map((row) => (
          <div
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            role="listitem"
            aria-posinset={row.index + 1}
            aria-setsize={hasNextPage ? -1 : items.length}
            style={{ position: 'absolute', insetInline: 0, top: row.start - rows.options.scrollMargin }}
          >
            {children(items[row.index] as T)}
          </div>
        ))}
      </div>
      {found.error && <ProblemNote error={found.error} retry={() => void fetchNextPage()} />}
      {isFetchingNextPage && (
        <Center p="sm">
          <Loader size="sm" aria-label="Loading more" />
        </Center>
      )}
    </>
  )
}
