import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const PAGE = 100
const MOST_STEPS = 1000

export const workflowsQuery = infiniteQueryOptions({
  queryKey: ['workflows', 'list'],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
    return take(api.GET('/api/v1/workflows', { params: { query }, signal }))
  },
  initialPageParam: '',
  getNextPageParam: (page) => page.next ?? undefined,
})

/** One workflow with its definition, and all that is wrong with it. */
export function workflowQuery(id: string) {
  return queryOptions({
    queryKey: ['workflows', 'one', id],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/workflows/{workflow_id}', { params: { path: { workflow_id: id } }, signal })),
  })
}

/** The workflows that run, or did, newest first; of one workflow where it is named. */
export function runningQuery(workflow?: string) {
  return infiniteQueryOptions({
    queryKey: ['running-workflows', 'list', workflow ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(workflow ? { workflow } : {}), ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/running-workflows', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

export function runningOneQuery(id: string) {
  return queryOptions({
    queryKey: ['running-workflow', id],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/running-workflows/{running_id}', { params: { path: { running_id: id } }, signal })),
  })
}

/** The steps that were launched; a workflow of more than these shows the first of them. */
export function stepsQuery(id: string) {
  return queryOptions({
    queryKey: ['running-workflow', id, 'steps'],
    queryFn: ({ signal }) => {
      const params = { path: { running_id: id }, query: { limit: MOST_STEPS } }
      return take(api.GET('/api/v1/running-workflows/{running_id}/steps', { params, signal }))
    },
  })
}

export function workflowsChanged(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['workflows'] })
}

export async function runningChanged(queries: QueryClient): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['running-workflows'] }),
    queries.invalidateQueries({ queryKey: ['running-workflow'] }),
  ])
}
