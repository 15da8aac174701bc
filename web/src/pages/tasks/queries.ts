import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { TaskFilters } from './filters'

const PAGE = 100
const OPEN_MS = 3000 // nobody is told of the tasks of others

export function tasksQuery({ purpose, open, project, about }: TaskFilters) {
  return infiniteQueryOptions({
    queryKey: ['tasks', { purpose, open, project, about }],
    queryFn: ({ pageParam, signal }) => {
      const wanted = { project, about, ...(purpose && { purpose: [purpose] }), exclude_done: open ?? false }
      const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}), ...wanted }
      return take(api.GET('/api/v1/tasks', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some((task) => !task.done) ? OPEN_MS : false),
  })
}
