import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { DataFilters } from './filters'

const PAGE = 100

export function datasetsQuery({ search, owner, origin, own, trashed, labels }: DataFilters) {
  return infiniteQueryOptions({
    queryKey: ['datasets', 'list', { search, owner, origin, own, trashed, labels }],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      const asked = { search, owner, origin, own: own ?? false, trashed: trashed ?? false, label: labels }
      return take(
        api.GET('/api/v1/datasets', { params: { query: { ...query, ...asked, facets: pageParam === '' } }, signal }),
      )
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}
