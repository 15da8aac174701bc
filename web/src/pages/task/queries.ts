import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const OPEN_MS = 1500 // what is told of a task while it is at work is not among the news

export function taskQuery(id: string) {
  return queryOptions({
    queryKey: ['task', id],
    queryFn: ({ signal }) => take(api.GET('/api/v1/tasks/{task_id}', { params: { path: { task_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.done === false ? OPEN_MS : false),
  })
}

/** What was told about a task; asked for anew when there is more, which the number of `events` tells. */
export function taskEventsQuery(id: string, events: number) {
  return infiniteQueryOptions({
    queryKey: ['task', id, 'events', events],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 200, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/tasks/{task_id}/events', { params: { path: { task_id: id }, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    enabled: events > 0,
  })
}
