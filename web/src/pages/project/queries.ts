import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const PAGE = 200
const RUNS_SHOWN = 20
const LOOK_MS = 10_000 // people and programs write there without any event that could tell
const LOOKED_AT_PAGES = 3

export function projectQuery(reference: string) {
  return queryOptions({
    queryKey: ['projects', reference],
    queryFn: ({ signal }) => take(api.GET('/api/v1/projects/{reference}', { params: { path: { reference } }, signal })),
  })
}

/** What lies in a folder of a project, folders first. */
export function entriesQuery(reference: string, folder: string, hidden: boolean) {
  return infiniteQueryOptions({
    queryKey: ['project-files', reference, folder, hidden],
    queryFn: ({ pageParam, signal }) => {
      const query = { folder, hidden, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/projects/{reference}/files', { params: { path: { reference }, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 0,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= LOOKED_AT_PAGES ? LOOK_MS : false),
    placeholderData: (before, query) => (query?.queryKey[2] === folder ? keepPreviousData(before) : undefined),
  })
}

/** The newest runs in a project. */
export function projectRunsQuery(project: string) {
  return queryOptions({
    queryKey: ['newest-runs', 'project', project],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/runs', { params: { query: { project, limit: RUNS_SHOWN } }, signal })),
  })
}

export function projectMembersQuery(reference: string) {
  return queryOptions({
    queryKey: ['projects', reference, 'members'],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/projects/{reference}/members', { params: { path: { reference } }, signal })),
  })
}

/** The subscription that pays for a project. */
export function productQuery(product: string | undefined) {
  return queryOptions({
    queryKey: ['books', 'product', product],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/products/{product}', { params: { path: { product: product ?? '' } }, signal })),
    enabled: product !== undefined,
  })
}
