import { describe, expect, it } from 'vitest'
import { bothZones, duration, relative } from './time'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const MINUTE = 60_000

describe('relative', () => {
  it.each([
    [0, 'just now'],
    [-59_000, 'just now'],
    [30_000, 'in a moment'],
    [-MINUTE, '1 min. ago'],
    [-59 * MINUTE, '59 min. ago'],
    [-60 * MINUTE, '1 hr. ago'],
    [-25 * 60 * MINUTE, 'yesterday'],
    [-29 * 24 * 60 * MINUTE, '29 days ago'],
    [-31 * 24 * 60 * MINUTE, '29 Jan 2026'],
  ])('says of %i ms that it was %s', (away, words) => {
    expect(relative(NOW + away, NOW)).toBe(words)
  })
})

describe('duration', () => {
  it.each([
    [-5, '0.0 s'],
    [440, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_700, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
    [26 * 3600_000, '1 d 2 h'],
  ])('writes %i ms as %s', (ms, words) => {
    expect(duration(ms)).toBe(words)
  })
})

it('tells a time in both zones', () => {
  expect(bothZones(NOW)).toContain('12:00:00 UTC')
})
