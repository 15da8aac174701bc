import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type ApiCall = components['schemas']['CallOut']

const A_PAGE = 100

/** Calls to the Data Manager's door, latest first: of one user, of everybody, or the reader's own. */
export function callsQuery(whose: { user: string } | 'everybody' | 'own') {
  const asked = whose === 'own' ? {} : whose === 'everybody' ? { everybody: true } : whose
  return infiniteQueryOptions({
    queryKey: ['calls', whose],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET('/api/v1/calls', { params: { query: { limit: A_PAGE, after: pageParam, ...asked } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}
