import { queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'

/** Who the reader is, whoever they act as. */
export const actingQuery = queryOptions({
  queryKey: ['acting'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/acting', { signal })),
  staleTime: 60_000,
})

/** Act as somebody, or as oneself again (an empty name); loading the console anew forgets what the other could see. */
export async function actAs(username: string): Promise<void> {
  await take(api.PATCH('/api/v1/acting', { body: { acts_as: username } }))
  window.location.assign('/')
}
