import type { Bill } from '@/pages/charges/queries'

/** What a burn-down draws: for each day what was used by it, or what is predicted; `null` where there is none. */
export interface Series {
  days: string[]
  used: (number | null)[]
  predicted: (number | null)[]
  allowance: number
  limit: number
}

/** Read the series of a bill; the last day that is over stands in both, so that one line goes on as the other. */
export function seriesOf(bill: Bill): Series {
  const last = bill.days.findLastIndex((day) => !day.predicted)
  return {
    days: bill.days.map((day) => day.day),
    used: bill.days.map((day) => (day.predicted ? null : Number(day.counts))),
    predicted: bill.days.map((day, place) => (day.predicted || place === last ? Number(day.counts) : null)),
    allowance: Number(bill.allowance),
    limit: Number(bill.limit),
  }
}

/** Say in words what the drawing shows. */
export function sayOf(bill: Bill): string {
  const prediction = bill.current ? `, predicted ${bill.prediction} by ${bill.period.end}` : ''
  return `Coins from ${bill.period.begin} on: ${bill.bill} until now${prediction}; allowance ${bill.allowance}, limit ${bill.limit}.`
}
