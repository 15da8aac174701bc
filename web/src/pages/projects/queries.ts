import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const PAGE = 100
const LOOKED_AT = 500

export const projectsQuery = infiniteQueryOptions({
  queryKey: ['projects', 'list'],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
    return take(api.GET('/api/v1/projects', { params: { query }, signal }))
  },
  initialPageParam: '',
  getNextPageParam: (page) => page.next ?? undefined,
})

/** The units that the reader sees, to name who pays. */
export const unitsQuery = queryOptions({
  queryKey: ['books', 'units', 'names'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/units', { params: { query: { limit: LOOKED_AT } }, signal })),
})

/** The subscriptions that the reader sees. */
export const productsQuery = queryOptions({
  queryKey: ['books', 'products', 'names'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/products', { params: { query: { limit: LOOKED_AT } }, signal })),
})
