import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type Organisation = components['schemas']['OrganisationOut']
export type Unit = components['schemas']['UnitOut']
export type Product = components['schemas']['ProductOut']
export type Privacy = components['schemas']['Privacy']
export type Flavour = components['schemas']['Flavour']

const PAGE_SIZE = 100
const BOOKS = 'books' // what one change may show in several lists

export const organisationsQuery = infiniteQueryOptions({
  queryKey: [BOOKS, 'organisations'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/organisations', { params: { query: { limit: PAGE_SIZE, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next ?? undefined,
})

export function organisationQuery(reference: string) {
  return queryOptions({
    queryKey: [BOOKS, 'organisation', reference],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/organisations/{reference}', { params: { path: { reference } }, signal })),
  })
}

/** The units of one organisation, or all that the reader sees. */
export function unitsQuery(organisation?: string) {
  return infiniteQueryOptions({
    queryKey: [BOOKS, 'units', organisation ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, after: pageParam, organisation }
      return take(api.GET('/api/v1/units', { params: { query }, signal }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}

export function unitQuery(reference: string) {
  return queryOptions({
    queryKey: [BOOKS, 'unit', reference],
    queryFn: ({ signal }) => take(api.GET('/api/v1/units/{reference}', { params: { path: { reference } }, signal })),
  })
}

export function productsQuery(unit: string) {
  return infiniteQueryOptions({
    queryKey: [BOOKS, 'products', unit],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET('/api/v1/products', { params: { query: { limit: PAGE_SIZE, after: pageParam, unit } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}

export const tariffQuery = queryOptions({
  queryKey: ['tariff'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/tariff', { signal })),
  staleTime: 600_000,
})

/** Have everything about organisations, units and products be asked for anew. */
export function booksChanged(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: [BOOKS] })
}
