import { expect, it } from 'vitest'
import { areaOf, lineOf, nearest, roundTop, some } from './curve'

const FRAME = { width: 200, height: 100, seconds: 10, top: 4 }
const POINTS = [
  { seconds: 0, value: 0 },
  { seconds: 5, value: 4 },
  { seconds: 10, value: 2 },
]

it('draws a curve from left to right, the top above', () => {
  expect(lineOf(FRAME, POINTS)).toBe('M0 100L100 0L200 50')
  expect(areaOf(FRAME, POINTS)).toBe('M0 100L100 0L200 50L200 100L0 100Z')
  expect(areaOf(FRAME, [])).toBe('')
})

it.each([
  [0, 10, 1],
  [0.9, 10, 1],
  [0.97, 10, 2],
  [1.8, 10, 2],
  [4, 10, 5],
  [9.9, 10, 20],
  [1000, 2, 1536],
  [2 ** 20, 2, 1.5 * 2 ** 20],
] as const)('leaves room above %d', (peak, base, top) => {
  expect(roundTop(peak, base)).toBeCloseTo(top)
})

it('finds the point under the pointer', () => {
  expect(nearest(FRAME, POINTS, 130)?.seconds).toBe(5)
  expect(nearest(FRAME, POINTS, 190)?.seconds).toBe(10)
  expect(nearest(FRAME, [], 5)).toBeNull()
})

it('thins many values evenly and keeps the last', () => {
  expect(some([1, 2, 3, 4, 5], 2)).toEqual([2, 5])
  expect(some([1, 2], 5)).toEqual([1, 2])
  expect(
    some(
      Array.from({ length: 240 }, (_, at) => at),
      24,
    ),
  ).toHaveLength(24)
})
