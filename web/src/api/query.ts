import { QueryCache, QueryClient } from '@tanstack/react-query'
import { asProblem } from './problem'

const RETRIES = 3
const FRESH_MS = 10_000

/** Only what may pass is asked again; a refusal stays one. */
export function worthRetrying(failures: number, thrown: unknown): boolean {
  const problem = asProblem(thrown)
  return failures < RETRIES && (problem.status === 0 || problem.status === 502 || problem.status === 503)
}

export function createQueries(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (thrown, query) => {
        const lost = asProblem(thrown).status === 401 && query.queryKey[0] !== 'me'
        if (lost) void client.invalidateQueries({ queryKey: ['me'] })
      },
    }),
    defaultOptions: { queries: { retry: worthRetrying, staleTime: FRESH_MS }, mutations: { retry: false } },
  })
  return client
}
