import { queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

const TOKENS_LOOKED_AT = 100

/** What the reader keeps, and may keep. */
export const storageQuery = queryOptions({
  queryKey: ['storage'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/storage', { signal })),
})

/** The reader's newest tokens. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens', 'newest'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/tokens', { params: { query: { limit: TOKENS_LOOKED_AT } }, signal })),
})
