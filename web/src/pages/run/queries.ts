import { queryOptions } from '@tanstack/react-query'
import { api, take, type RunEvent } from '@/api/client'

/** What is known of one run; everything under the key `['run', id]` is asked for anew when something happens to it. */
export function runQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => take(api.GET('/api/v1/runs/{run_id}', { params: { path: { run_id: id } }, signal })),
  })
}

export function attemptsQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id, 'attempts'],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/runs/{run_id}/attempts', { params: { path: { run_id: id } }, signal })),
  })
}

export function eventsQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id, 'events'],
    queryFn: async ({ signal }) => {
      const found = await take(api.GET('/api/v1/runs/{run_id}/events', { params: { path: { run_id: id } }, signal }))
      return found as { items: RunEvent[] } // the description names the stream of the same address instead
    },
  })
}

/** What an attempt used over time; null means the newest. */
export function usageQuery(id: string, attempt: number | null) {
  return queryOptions({
    queryKey: ['run', id, 'usage', attempt],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/runs/{run_id}/usage', {
          params: { path: { run_id: id }, query: attempt === null ? {} : { attempt } },
          signal,
        }),
      ),
  })
}

export function explainQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id, 'explain'],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/runs/{run_id}/explain', { params: { path: { run_id: id } }, signal })),
  })
}

export function datasetQuery(reference: string) {
  return queryOptions({
    queryKey: ['dataset', reference],
    queryFn: ({ signal }) => take(api.GET('/api/v1/datasets/{reference}', { params: { path: { reference } }, signal })),
    staleTime: 60_000,
  })
}

const FILES = 100

export function filesQuery(reference: string, number: number) {
  return queryOptions({
    queryKey: ['dataset', reference, 'files', number],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/datasets/{reference}/versions/{number}/files', {
          params: { path: { reference, number }, query: { limit: FILES } },
          signal,
        }),
      ),
    staleTime: Infinity, // a version never changes
  })
}

export function comparisonQuery(id: string, other: string) {
  return queryOptions({
    queryKey: ['run', id, 'comparison', other],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/runs/{run_id}/comparison', { params: { path: { run_id: id }, query: { other } }, signal })),
  })
}

/** Where the bytes of a file of a version are. */
export function fileAddress(dataset: string, number: number, path: string): string {
  const steps = path.split('/').map(encodeURIComponent).join('/')
  return `/api/v1/datasets/${encodeURIComponent(dataset)}/versions/${number}/files/${steps}`
}

/** Where all files of a version are as one zip. */
export function archiveAddress(dataset: string, number: number): string {
  return `/api/v1/datasets/${encodeURIComponent(dataset)}/versions/${number}/archive.zip`
}
