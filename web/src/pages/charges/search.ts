/** Which period is shown; it stands in the address of the page. */
export interface PeriodSearch {
  /** So many billing periods before the present one. */
  prior?: number
}

export interface ChargesSearch extends PeriodSearch {
  organisation?: string
}

export const MOST_PRIOR = 23

/** Read the period out of an address; what is none is left out. */
export function readPeriod(search: Record<string, unknown>): PeriodSearch {
  const prior = search['prior']
  const good = typeof prior === 'number' && Number.isInteger(prior) && prior > 0 && prior <= MOST_PRIOR
  return good ? { prior } : {}
}

/** Read the filters out of an address; what is no filter or no good value is left out. */
export function readCharges(search: Record<string, unknown>): ChargesSearch {
  const organisation = search['organisation']
  return {
    ...readPeriod(search),
    ...(typeof organisation === 'string' && organisation.trim() && { organisation: organisation.trim().slice(0, 200) }),
  }
}
