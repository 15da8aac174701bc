import { expect, it } from 'vitest'
import { count, size } from './number'

it.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1048575, '1 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [250 * 2 ** 20, '250 MiB'],
  [3000 * 2 ** 50, '3,000 PiB'],
])('writes %d bytes as %s', (bytes, words) => {
  expect(size(bytes)).toBe(words)
})

it('counts with the noun that fits', () => {
  expect([count(1, 'file'), count(2000, 'file'), count(2, 'entry', 'entries')]).toEqual([
    '1 file',
    '2,000 files',
    '2 entries',
  ])
})
