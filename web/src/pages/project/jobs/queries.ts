import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take, type Instance, type Job } from '@/api/client'
import { sentence } from '@/show/words'

const PAGE = 200
const LOOK_MS = 2_000
const OVER = new Set<Instance['phase']>(['completed', 'failed'])

/** What names a job in an address. */
export function nameOf({ collection, job, version }: Pick<Job, 'collection' | 'job' | 'version'>): string {
  return `${collection}/${job}@${version}`
}

/** The parts of a name that `nameOf` wrote; null for any other text. */
export function partsOf(name: string): { collection: string; job: string; version: string } | null {
  const found = /^([^/@]+)\/([^/@]+)@(.+)$/.exec(name)
  return found ? { collection: found[1] ?? '', job: found[2] ?? '', version: found[3] ?? '' } : null
}

/** Whether a launched job has ended. */
export function isOver(instance: Instance): boolean {
  return OVER.has(instance.phase)
}

/** Whether a job of this rate costs nothing. */
export function isFree(rate: string | undefined | null): boolean {
  return !Number(rate ?? 0)
}

/** Why a launched job did not end well, in words. */
export function whyOf({ error }: Pick<Instance, 'error'>): string {
  return sentence(/^[a-z_]+$/.test(error ?? '') ? (error ?? '').replaceAll('_', ' ') : (error ?? ''))
}

/** The jobs that can be launched in a project. */
export function jobsQuery(project: string) {
  return infiniteQueryOptions({
    queryKey: ['jobs', project],
    queryFn: ({ pageParam, signal }) => {
      const query = { project, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/jobs', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/** One job with what a caller fills in. */
export function jobQuery(project: string, name: string) {
  const path = partsOf(name) ?? { collection: '-', job: '-', version: '-' }
  return queryOptions({
    queryKey: ['jobs', project, name],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/jobs/{collection}/{job}/{version}', { params: { path, query: { project } }, signal })),
  })
}

/** The jobs that were launched in a project, newest first. */
export function instancesQuery(project: string) {
  return infiniteQueryOptions({
    queryKey: ['instances', 'of', project],
    queryFn: ({ pageParam, signal }) => {
      const query = { project, limit: 50, ...(pageParam ? { after: pageParam } : {}) }
      return take(api.GET('/api/v1/instances', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => !isOver(one))) ? LOOK_MS : 5 * LOOK_MS,
  })
}

/** One launched job. */
export function instanceQuery(id: string | undefined) {
  return queryOptions({
    queryKey: ['instances', 'one', id],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/instances/{instance_id}', { params: { path: { instance_id: id ?? '' } }, signal })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : LOOK_MS),
  })
}
