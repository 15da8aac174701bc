import { expect, test } from 'vitest'
import type { Bill } from '@/pages/charges/queries'
import { sayOf, seriesOf } from './series'

const day = (name: string, counts: string, predicted: boolean) => ({
  day: name,
  processing: '0',
  storage: '0',
  used: counts,
  counts,
  predicted,
})
const bill = {
  days: [day('2026-11-03', '1', false), day('2026-11-04', '2.5', false), day('2026-11-05', '4', true)],
  allowance: '10',
  limit: '20',
  current: true,
  bill: '2.5',
  prediction: '4',
  period: { begin: '2026-11-03', end: '2026-11-06' },
} as unknown as Bill

test('the line of what is predicted begins where the line of what was used ends', () => {
  const series = seriesOf(bill)
  expect(series.used).toEqual([1, 2.5, null])
  expect(series.predicted).toEqual([null, 2.5, 4])
  expect([series.allowance, series.limit]).toEqual([10, 20])
})

test('the drawing is said in words too', () => {
  expect(sayOf(bill)).toContain('2.5 until now, predicted 4 by 2026-11-06; allowance 10, limit 20')
  expect(sayOf({ ...bill, current: false })).not.toContain('predicted')
})
