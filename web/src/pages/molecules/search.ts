export const KINDS = ['substructure', 'similar', 'exact'] as const
export type Kind = (typeof KINDS)[number]
export const THRESHOLD = 0.7
export const LEAST = 0.2

/** What molecules are searched for; all of it is in the address. */
export interface MoleculeSearch {
  kind?: Kind
  q?: string
  threshold?: number
}

export function readMoleculeSearch(given: Record<string, unknown>): MoleculeSearch {
  const kind = KINDS.find((one) => one === given['kind'])
  const { q, threshold } = given
  const text = typeof q === 'number' ? String(q) : q
  const asked = typeof threshold === 'number' && threshold >= LEAST && threshold <= 1 && threshold !== THRESHOLD
  return {
    ...(kind && kind !== 'substructure' ? { kind } : {}),
    ...(typeof text === 'string' && text.trim() ? { q: text.slice(0, 2000) } : {}),
    ...(asked ? { threshold } : {}),
  }
}
