import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { api, take, type Page, type Run } from '@/api/client'
import { useNews, usePolling, type News } from '@/live/news'
import type { RunFilters } from './filters'
import { countNewer, patched, refreshed, rowsOf, type Loaded } from './rows'

const PAGE_SIZE = 100

function page(filters: RunFilters, after: string | undefined, signal: AbortSignal): Promise<Page<Run>> {
  return take(api.GET('/api/v1/runs', { params: { query: { ...filters, limit: PAGE_SIZE, after } }, signal }))
}

/**
 * The runs that the filters name, page by page, and live: the first page is asked for again when something happened,
 * never the others. Newer runs go on top while `atTop`; otherwise they are only counted, so that nothing moves.
 */
export function useRunList(filters: RunFilters, atTop: boolean) {
  const queries = useQueryClient()
  const key = useMemo(() => ['runs', filters], [filters])
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page(filters, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Infinity,
  })
  const newest = useQuery({
    queryKey: ['newest-runs', filters],
    queryFn: ({ signal }) => page(filters, undefined, signal),
    refetchInterval: usePolling(),
    enabled: list.isSuccess,
    staleTime: 0,
  })
  const fresh = newest.data
  useEffect(() => {
    if (fresh) queries.setQueryData<Loaded>(key, (loaded) => loaded && refreshed(loaded, fresh, atTop))
  }, [queries, key, fresh, atTop])

  const loaded = list.data
  const rows = useMemo(() => rowsOf(loaded), [loaded])
  usePatches(key, rows, fresh)
  return { list, rows, newer: loaded && fresh ? countNewer(loaded, fresh) : 0 }
}

/** Runs that changed and lie behind the first page are asked for one by one. */
function usePatches(key: readonly unknown[], rows: readonly Run[], fresh: Page<Run> | undefined): void {
  const queries = useQueryClient()
  const boundary = fresh?.items.at(-1)?.id
  const handle = useCallback(
    (news: News) => {
      if (!boundary || news.thing >= boundary || !rows.some((row) => row.id === news.thing)) return
      void take(api.GET('/api/v1/runs/{run_id}', { params: { path: { run_id: news.thing } } }))
        .then((run) => queries.setQueryData<Loaded>(key, (loaded) => loaded && patched(loaded, run)))
        .catch(() => undefined) // shown as it was; the next news of it asks again
    },
    [queries, key, rows, boundary],
  )
  useNews(handle)
}
