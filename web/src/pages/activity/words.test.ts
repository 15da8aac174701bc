import { expect, test } from 'vitest'
import { saidOf, whoOf } from './words'

test.each([
  ['unit.joined', { username: 'bob' }, 'brought bob into the unit'],
  [
    'charge.processing',
    { coins: '2.500000', name: 'A job', username: 'ada', final: true },
    'charged 2.5 coins for A job of ada',
  ],
  [
    'charge.processing',
    { coins: '1', name: 'A job', username: 'ada', final: false },
    'charged 1 coin for A job of ada so far',
  ],
  ['charge.storage', { coins: '5', day: '2026-11-21' }, 'charged 5 coins for storage on 2026-11-21'],
  ['authority.answered', { granted: true, operation: 'CLAIM', name: 'Tides' }, 'was given authority: claim Tides'],
  [
    'authority.answered',
    { granted: false, operation: 'BEGIN', value: '3', reason: 'no coins' },
    'was refused authority: begin 3 (no coins)',
  ],
  ['tide.turned', {}, 'tide.turned'],
])('%s is said in words', (kind, body, words) => {
  expect(saidOf({ kind, body })).toBe(words)
})

test('the station does things too', () => {
  expect([whoOf({ actor: 'station' }), whoOf({ actor: 'ada' })]).toEqual(['The station', 'ada'])
})
