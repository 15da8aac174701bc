import { expect, test } from 'vitest'
import { readCharges, readPeriod } from './search'

test('a period is so many before the present one, up to 23', () => {
  expect(readPeriod({ prior: 3 })).toEqual({ prior: 3 })
  for (const prior of [0, -1, 24, 1.5, '3', null]) expect(readPeriod({ prior })).toEqual({})
})

test('an organisation is a text', () => {
  expect(readCharges({ organisation: ' org-1 ', prior: 1 })).toEqual({ organisation: 'org-1', prior: 1 })
  expect(readCharges({ organisation: 7 })).toEqual({})
})
