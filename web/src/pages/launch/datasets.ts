import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const SHOWN = 30

/** Data sets whose name begins so, newest first. */
export function datasetsQuery(name: string) {
  return queryOptions({
    queryKey: ['datasets', 'names', name],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/datasets', { params: { query: { name: name || undefined, limit: SHOWN } }, signal })),
    placeholderData: keepPreviousData,
  })
}

/** Files of a version whose path begins so. */
export function pathsQuery(dataset: string, number: number, prefix: string) {
  return queryOptions({
    queryKey: ['dataset', dataset, 'paths', number, prefix],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/datasets/{reference}/versions/{number}/files', {
          params: { path: { reference: dataset, number }, query: { prefix, limit: SHOWN } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    enabled: number > 0,
  })
}
