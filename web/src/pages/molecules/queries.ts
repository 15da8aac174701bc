import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import { THRESHOLD, type MoleculeSearch } from './search'

const PAGE = 50

/** The molecules that a search finds; pages of it may be empty and yet be followed by others. */
export function foundQuery({ kind = 'substructure', q = '', threshold = THRESHOLD }: MoleculeSearch) {
  return infiniteQueryOptions({
    queryKey: ['molecules', kind, q, kind === 'similar' ? threshold : null],
    queryFn: ({ pageParam, signal }) => {
      const query = { [kind]: q, limit: PAGE, ...(kind === 'similar' ? { threshold } : {}) }
      const after = pageParam ? { after: pageParam } : {}
      return take(api.GET('/api/v1/molecules', { params: { query: { ...query, ...after } }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: q !== '',
  })
}

/** The molecules of a version, with how far its files are read. */
export function moleculesQuery(reference: string, number: number, faulty: boolean) {
  return infiniteQueryOptions({
    queryKey: ['datasets', reference, 'versions', number, 'molecules', faulty],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, faulty, ...(pageParam ? { after: pageParam } : {}) }
      const path = { reference, number }
      return take(
        api.GET('/api/v1/datasets/{reference}/versions/{number}/molecules', { params: { path, query }, signal }),
      )
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/** Where the drawing of a molecule comes from. */
export function drawing(smiles: string, part?: string): string {
  return `/api/v1/molecules/drawing?${new URLSearchParams({ smiles, ...(part ? { part } : {}) }).toString()}`
}
