import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type User = components['schemas']['UserOut']
export type Incident = components['schemas']['IncidentOut']
export type Plan = components['schemas']['PlanOut']
export type Queue = components['schemas']['StationQueueOut']

/** How often is looked at what changes without any event that could tell. */
export const EVERY_MS = 5000
const A_PAGE = 100

export const stationQuery = queryOptions({
  queryKey: ['station', 'overview'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/station', { signal })),
  refetchInterval: EVERY_MS,
})

export const queueQuery = queryOptions({
  queryKey: ['station', 'queue'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/station/queue', { signal })),
  refetchInterval: EVERY_MS,
})

export const readyQuery = queryOptions({
  queryKey: ['station', 'ready'],
  queryFn: ({ signal }) => take(api.GET('/readyz', { signal })),
  refetchInterval: EVERY_MS,
})

export const usersQuery = infiniteQueryOptions({
  queryKey: ['station', 'users'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/users', { params: { query: { limit: A_PAGE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

export const planQuery = queryOptions({
  queryKey: ['station', 'plan'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/storage/plan', { signal })),
  staleTime: 60_000, // it reads every blob's row
})

export const errorsQuery = queryOptions({
  queryKey: ['station', 'errors'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/station/errors', { params: { query: { limit: 100 } }, signal })),
  refetchInterval: EVERY_MS,
})

/** One error, by its id or by that of a request which met it. */
export function errorQuery(error: string) {
  return queryOptions({
    queryKey: ['station', 'error', error],
    queryFn: ({ signal }) => take(api.GET('/api/v1/station/errors/{error}', { params: { path: { error } }, signal })),
  })
}

export const secretsQuery = infiniteQueryOptions({
  queryKey: ['station', 'secrets'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/secrets', { params: { query: { limit: A_PAGE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

export const manifestsQuery = infiniteQueryOptions({
  queryKey: ['station', 'manifests'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/tool-manifests', { params: { query: { limit: A_PAGE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

export const imagesQuery = infiniteQueryOptions({
  queryKey: ['station', 'images'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/images', { params: { query: { limit: A_PAGE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

/** The jobs that the reader may use, and what they cost. */
export function ratesQuery(unset: boolean) {
  return infiniteQueryOptions({
    queryKey: ['station', 'rates', unset],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: A_PAGE, after: pageParam, undefined: unset }
      return take(api.GET('/api/v1/tool-rates', { params: { query }, signal }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}

/** What a job cost until now, latest first. */
export function pastRatesQuery(reference: string, version: string) {
  return queryOptions({
    queryKey: ['station', 'rates', 'of', reference, version],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/tools/{reference}/versions/{version}/rates', {
          params: { path: { reference, version }, query: { limit: 20 } },
          signal,
        }),
      ),
  })
}
