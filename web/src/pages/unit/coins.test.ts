import { expect, test } from 'vitest'
import { coinCount, coins, share } from './coins'

test('coins are grouped, and no digit is lost', () => {
  expect(['0', '999', '1000', '1234567.5', '100000000000000.000001'].map(coins)).toEqual([
    '0',
    '999',
    '1,000',
    '1,234,567.5',
    '100,000,000,000,000.000001',
  ])
})

test('one coin is one', () => {
  expect(['0', '1', '1.5', '2000'].map(coinCount)).toEqual(['0 coins', '1 coin', '1.5 coins', '2,000 coins'])
})

test('a share is never more than all of it', () => {
  expect([share('0', '0'), share('5', '20'), share('30', '20')]).toEqual([0, 25, 100])
})
