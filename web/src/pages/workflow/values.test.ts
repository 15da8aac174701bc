import { expect, test } from 'vitest'
import { valueOf } from './values'

test('what is typed becomes what the variable takes, and stays text where it does not', () => {
  expect([valueOf('3', 'integer'), valueOf('0.5', 'number'), valueOf('true', 'boolean')]).toEqual([3, 0.5, true])
  expect([valueOf('many', 'integer'), valueOf(' ', 'number'), valueOf('yes', 'boolean')]).toEqual(['many', ' ', 'yes'])
  expect([valueOf('3', 'string'), valueOf('3', null)]).toEqual(['3', '3'])
})
