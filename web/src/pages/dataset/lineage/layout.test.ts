import { expect, test } from 'vitest'
import { places } from './layout'

test('what was made stands to the right of all it was made from', () => {
  const drawn = [
    { from: 'raw', to: 'run', slot: 'table' },
    { from: 'other', to: 'run', slot: 'more' },
    { from: 'run', to: 'result', slot: null },
    { from: 'raw', to: 'second', slot: 'table' },
    { from: 'result', to: 'second', slot: 'more' },
  ]
  const placed = new Map(places(['result', 'raw', 'other', 'run', 'second'], drawn).map((one) => [one.id, one]))
  const x = (id: string) => placed.get(id)?.x ?? NaN
  expect(x('raw')).toBe(0)
  expect(x('raw')).toBeLessThan(x('run'))
  expect(x('run')).toBeLessThan(x('result'))
  expect(x('result')).toBeLessThan(x('second'))
  expect(placed.get('raw')?.y).not.toBe(placed.get('other')?.y)
})

test('a circle, which cannot be, does not hang the page', () => {
  const drawn = [
    { from: 'a', to: 'b', slot: null },
    { from: 'b', to: 'a', slot: null },
  ]
  expect(places(['a', 'b'], drawn)).toHaveLength(2)
})
