import { queryOptions } from '@tanstack/react-query'
import { problemFrom, unreachable } from '@/api/problem'

/** The first bytes of the file at an address, at most `limit`; `mark` changes with what the file holds. */
export function bytesQuery(address: string, mark: string, limit: number) {
  return queryOptions({
    queryKey: ['bytes', address, mark, limit],
    queryFn: async ({ signal }) => {
      const headers = { Range: `bytes=0-${limit - 1}` }
      const answer = await fetch(address, { headers, signal }).catch(() => {
        throw unreachable()
      })
      if (answer.status === 416) return new Blob([]) // an empty file has no range
      if (!answer.ok) throw problemFrom(answer.status, await answer.json().catch(() => undefined))
      return answer.blob()
    },
    staleTime: Infinity,
    gcTime: 60_000,
  })
}
