import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take, type App, type Application } from '@/api/client'

const LOOK_MS = 2_000
const PERIODS: Readonly<Record<number, string>> = { 60: 'minute', 3600: 'hour', 86_400: 'day' }

/** Whether an application has ended. */
export function isOver({ phase }: Pick<App, 'phase'>): boolean {
  return phase === 'completed' || phase === 'failed'
}

/** What an application costs, in words. */
export function costOf({ coins, period_seconds: seconds, pro_rata: rated }: Application['cost']): string {
  if (Number(coins) === 0) return 'free'
  const period = PERIODS[seconds] ?? `${String(seconds)} seconds`
  return `${coins} coins per PxGi and ${period}${rated ? ', pro rata' : ' begun'}`
}

/** The applications that can be launched. */
export const applicationsQuery = infiniteQueryOptions({
  queryKey: ['applications'],
  queryFn: ({ pageParam, signal }) =>
    take(api.GET('/api/v1/applications', { params: { query: pageParam ? { after: pageParam } : {} }, signal })),
  initialPageParam: '',
  getNextPageParam: (page) => page.next ?? undefined,
})

/** One application with what a caller fills in. */
export function applicationQuery(application: string) {
  return queryOptions({
    queryKey: ['applications', application],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/applications/{application}', { params: { path: { application } }, signal })),
  })
}

/** The applications that were launched in a project, newest first. */
export function appsQuery(project: string) {
  return infiniteQueryOptions({
    queryKey: ['apps', project],
    queryFn: ({ pageParam, signal }) => {
      const query = { project, limit: 50, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/apps', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => !isOver(one))) ? LOOK_MS : 5 * LOOK_MS,
  })
}
