import { queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

/** A tool in the version that the reference means. */
export function toolQuery(reference: string) {
  return queryOptions({
    queryKey: ['tool', reference],
    queryFn: ({ signal }) => take(api.GET('/api/v1/tools/{reference}', { params: { path: { reference } }, signal })),
    staleTime: 60_000,
  })
}

/** What a run of the tool takes, as one JSON Schema. */
export function formQuery(reference: string) {
  return queryOptions({
    queryKey: ['tool', reference, 'form'],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/tools/{reference}/form', { params: { path: { reference } }, signal })),
    staleTime: Infinity,
  })
}

export function versionsQuery(name: string) {
  return queryOptions({
    queryKey: ['tool', name, 'versions'],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/tools/{reference}/versions', {
          params: { path: { reference: name }, query: { limit: 100 } },
          signal,
        }),
      ),
  })
}
