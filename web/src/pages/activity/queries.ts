import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take, type Page } from '@/api/client'
import type { components } from '@/api/schema'
import { beginOf, type ActivityFilters } from './filters'

export type Action = components['schemas']['ActionOut']

const PAGE = 100
export const COUNTED = 50

interface Query extends Omit<ActivityFilters, 'from' | 'until'> {
  limit: number
  after?: string
  since?: string
  until?: string
}

async function actions(query: Query, signal: AbortSignal): Promise<Page<Action>> {
  const found = await take(api.GET('/api/v1/actions', { params: { query }, signal }))
  return found as Page<Action> // the description names the stream of the same address beside
}

export function actionsQuery({ from, until, ...about }: ActivityFilters) {
  return infiniteQueryOptions({
    queryKey: ['actions', { from, until, ...about }],
    queryFn: ({ pageParam, signal }) => {
      const days = { ...(from && { since: beginOf(from) }), ...(until && { until: beginOf(until, 1) }) }
      return actions({ limit: PAGE, ...(pageParam ? { after: pageParam } : {}), ...about, ...days }, signal)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

/** The newest actions, to count those that are new to the reader. */
export const newestQuery = queryOptions({
  queryKey: ['actions', 'newest'],
  queryFn: ({ signal }) => actions({ limit: COUNTED }, signal),
})
