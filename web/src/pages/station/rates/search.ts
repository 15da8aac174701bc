/** What the address of the page of rates may say. */
export interface RateSearch {
  /** Only jobs that no rate was set for. */
  unset?: true
}

export function readRateSearch(given: Record<string, unknown>): RateSearch {
  return given['unset'] === true ? { unset: true } : {}
}
