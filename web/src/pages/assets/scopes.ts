import { useQuery } from '@tanstack/react-query'
import type { Asset } from '@/api/client'
import { productsQuery, unitsQuery } from '@/pages/projects/queries'
import { meQuery } from '@/session/me'
import { organisationNamesQuery, type Scope } from './queries'

export interface Holder {
  id: string
  name: string
}

/** What assets can belong to, as far as the reader belongs to it. */
export interface Scopes {
  /** The kinds of which there is something that the reader may give an asset to. */
  kinds: readonly { value: Scope; label: string }[]
  holders: Readonly<Record<Scope, readonly Holder[]>>
  /** Whose an asset is, in words. */
  nameOf: (asset: Asset) => string
  /** Whether the reader may change it. */
  keeps: (asset: Asset) => boolean
}

const LABELS: Record<Scope, string> = {
  user: 'You',
  product: 'A product',
  unit: 'A unit',
  organisation: 'An organisation',
  global: 'Everyone on this station',
}

export function useScopes(): Scopes {
  const me = useQuery(meQuery).data
  const units = useQuery(unitsQuery).data?.items ?? []
  const products = useQuery(productsQuery).data?.items ?? []
  const organisations = useQuery(organisationNamesQuery).data?.items ?? []
  const operator = me?.operator ?? false
  const kept = organisations.filter(({ member, builtin }) => !builtin && (member || operator))
  const holders = { user: [], product: products, unit: units, organisation: kept, global: [] }
  const always: readonly Scope[] = operator ? ['user', 'global'] : ['user']
  const kinds = (Object.keys(LABELS) as Scope[]).filter((one) => always.includes(one) || holders[one].length > 0)
  const known = [...units, ...products, ...organisations]
  return {
    kinds: kinds.map((value) => ({ value, label: LABELS[value] })),
    holders,
    nameOf: ({ scope, scope_id }) => {
      if (scope === 'global') return 'everyone on this station'
      if (scope === 'user') return scope_id === me?.username ? 'you' : (scope_id ?? '')
      return `${scope} ${known.find(({ id }) => id === scope_id)?.name ?? ''}`.trim()
    },
    keeps: ({ scope, scope_id }) => {
      if (operator) return true
      if (scope === 'global') return false
      return scope !== 'organisation' || kept.some(({ id }) => id === scope_id)
    },
  }
}
