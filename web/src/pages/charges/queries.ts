import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type Bill = components['schemas']['BillOut']
export type Charge = components['schemas']['ChargeOut']
export type UnitBill = components['schemas']['UnitBillOut']

const PAGE_SIZE = 100

/** What the units that the reader sees are charged, of one organisation or of all. */
export function billsQuery(organisation: string | undefined, prior: number) {
  return infiniteQueryOptions({
    queryKey: ['bills', organisation ?? '', prior],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, after: pageParam, organisation, prior }
      return take(api.GET('/api/v1/bills', { params: { query }, signal }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}

export function billQuery(product: string, prior: number) {
  return queryOptions({
    queryKey: ['bill', product, prior],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/products/{product}/bill', { params: { path: { product }, query: { prior } }, signal })),
    refetchInterval: 30_000,
  })
}

/** The charges of a product, those under way first, then newest day first. */
export function chargesQuery(product: string) {
  return infiniteQueryOptions({
    queryKey: ['charges', product],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, after: pageParam, product }
      return take(api.GET('/api/v1/charges', { params: { query }, signal }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
}
