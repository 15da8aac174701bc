import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { DataFilters } from './filters'

const PAGE = 100

export function datasetsQuery({ name, own, trashed, labels }: DataFilters) {
  return infiniteQueryOptions({
    queryKey: ['datasets', 'list', { name, own, trashed, labels }],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      const asked = { name: name?.toLowerCase(), own: own ?? false, trashed: trashed ?? false, label: labels }
      return take(api.GET('/api/v1/datasets', { params: { query: { ...query, ...asked } }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}
