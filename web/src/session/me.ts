import { queryOptions } from '@tanstack/react-query'
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

/** End the session of this browser; loading the page again forgets everything that it showed. */
export async function signOut(): Promise<void> {
  await fetch('/session/logout', { method: 'POST', headers: PROOF })
  window.location.reload()
}
