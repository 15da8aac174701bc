import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, PROOF, take } from '@/api/client'
import { asProblem } from '@/api/problem'

/** Who uses this browser; fails with status 401 where nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/me', { signal })),
  staleTime: 60_000,
})

/** Where a sign-in begins that comes back to this very page. */
export function signInAddress(here: string): string {
  return `/session/login?to=${encodeURIComponent(here)}`
}

export function isSignedOut(error: unknown): boolean {
  return error !== null && asProblem(error).status === 401
}

/** Return what ends the session of this browser and forgets everything it showed. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    await fetch('/session/logout', { method: 'POST', headers: PROOF })
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' })
    await queries.resetQueries({ queryKey: ['me'] })
  }
}
