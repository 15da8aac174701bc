import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type Scope = components['schemas']['Scope']

const PAGE = 100
const LOOKED_AT = 500

export const assetsQuery = infiniteQueryOptions({
  queryKey: ['assets', 'list'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/assets', { params: { query: { limit: PAGE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

/** One asset with its content, unless that is secret. */
export function assetQuery(asset: string) {
  return queryOptions({
    queryKey: ['assets', 'one', asset],
    queryFn: ({ signal }) => take(api.GET('/api/v1/assets/{asset}', { params: { path: { asset } }, signal })),
  })
}

/** The organisations that the reader sees, to name whose an asset is. */
export const organisationNamesQuery = queryOptions({
  queryKey: ['books', 'organisations', 'names'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/organisations', { params: { query: { limit: LOOKED_AT } }, signal })),
})

export function assetsChanged(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['assets'] })
}
