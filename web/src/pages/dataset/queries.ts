import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const PAGE = 200

export function datasetQuery(reference: string) {
  return queryOptions({
    queryKey: ['datasets', reference],
    queryFn: ({ signal }) => take(api.GET('/api/v1/datasets/{reference}', { params: { path: { reference } }, signal })),
  })
}

export function versionQuery(reference: string, number: number) {
  return queryOptions({
    queryKey: ['datasets', reference, 'versions', number],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/datasets/{reference}/versions/{number}', { params: { path: { reference, number } }, signal }),
      ),
    enabled: number > 0,
  })
}

export function versionsQuery(reference: string) {
  return infiniteQueryOptions({
    queryKey: ['datasets', reference, 'versions', 'list'],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/datasets/{reference}/versions', { params: { path: { reference }, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

export function filesQuery(reference: string, number: number, prefix: string) {
  return infiniteQueryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'files', prefix],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, prefix, ...(pageParam ? { after: pageParam } : {}) }
      const path = { reference, number }
      return take(api.GET('/api/v1/datasets/{reference}/versions/{number}/files', { params: { path, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: Infinity, // versions never change
  })
}

/** One page of what lies in a folder of a version; `position` is null for the first. */
export function folderQuery(reference: string, number: number, folder: string, position: string | null) {
  return queryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'tree', folder, position],
    queryFn: ({ signal }) => {
      const query = { folder, limit: PAGE, ...(position ? { after: position } : {}) }
      const path = { reference, number }
      return take(api.GET('/api/v1/datasets/{reference}/versions/{number}/tree', { params: { path, query }, signal }))
    },
    staleTime: Infinity, // versions never change
  })
}

/** One file of a version; null where there is none at this path. */
export function fileQuery(reference: string, number: number, prefix: string) {
  return queryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'file', prefix],
    queryFn: async ({ signal }) => {
      const params = { path: { reference, number }, query: { prefix, limit: 1 } }
      const found = await take(api.GET('/api/v1/datasets/{reference}/versions/{number}/files', { params, signal }))
      return found.items.find((file) => file.path === prefix) ?? null
    },
    staleTime: Infinity,
  })
}

/** The runs that took a version, newest first. */
export function usesQuery(reference: string, number: number) {
  return infiniteQueryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'uses'],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      const path = { reference, number }
      return take(api.GET('/api/v1/datasets/{reference}/versions/{number}/uses', { params: { path, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/** The tools that take files of a version, or one file of it. */
export function takersQuery(reference: string, number: number, file: string | undefined) {
  return queryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'tools', file],
    queryFn: ({ signal }) => {
      const query = { limit: PAGE, ...(file === undefined ? {} : { path: file }) }
      const path = { reference, number }
      return take(api.GET('/api/v1/datasets/{reference}/versions/{number}/tools', { params: { path, query }, signal }))
    },
  })
}

export function citationQuery(reference: string, number: number) {
  return queryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'citation'],
    queryFn: ({ signal }) => {
      const params = { path: { reference, number } }
      return take(api.GET('/api/v1/datasets/{reference}/versions/{number}/citation', { params, signal }))
    },
  })
}

export function membersQuery(reference: string) {
  return queryOptions({
    queryKey: ['datasets', reference, 'members'],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/datasets/{reference}/members', { params: { path: { reference } }, signal })),
  })
}

export type Direction = 'up' | 'down'

export function lineageQuery(dataset: string, number: number, direction: Direction) {
  return queryOptions({
    queryKey: ['datasets', dataset, 'versions', number, 'lineage', direction],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/datasets/{dataset}/versions/{number}/lineage', {
          params: { path: { dataset, number }, query: { direction } },
          signal,
        }),
      ),
  })
}
