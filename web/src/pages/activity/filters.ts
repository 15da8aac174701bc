/** What is done, by the beginnings of its kinds. */
export const KINDS = {
  organisation: 'Organisations',
  unit: 'Units',
  product: 'Products',
  asset: 'Assets',
  authority: 'Authority',
  charge: 'Charges',
} as const

export type Kind = keyof typeof KINDS

/** Which actions are listed; every one of these stands in the address of the page. */
export interface ActivityFilters {
  kind?: Kind
  organisation?: string
  unit?: string
  product?: string
  /** First and last day, as `2026-01-31`, UTC. */
  from?: string
  until?: string
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Read the filters out of an address; what is no filter or no good value is left out. */
export function readActivityFilters(search: Record<string, unknown>): ActivityFilters {
  const kind = (Object.keys(KINDS) as Kind[]).find((known) => known === search['kind'])
  const about = (['organisation', 'unit', 'product'] as const).flatMap((name) => {
    const value = search[name]
    return typeof value === 'string' && value.trim() ? [[name, value.trim().slice(0, 200)] as const] : []
  })
  const days = (['from', 'until'] as const).flatMap((name) => {
    const value = search[name]
    return isDay(value) ? [[name, value] as const] : []
  })
  return { ...(kind && { kind }), ...Object.fromEntries(about), ...Object.fromEntries(days) }
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value))
}

/** The moment at which a day begins, or with `after` the day behind it. */
export function beginOf(day: string, after = 0): string {
  const moment = new Date(Date.parse(`${day}T00:00:00Z`) + after * 86_400_000)
  return moment.toISOString()
}
