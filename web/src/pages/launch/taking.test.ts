import { expect, test } from 'vitest'
import { takes, withData } from './taking'
import type { Filled, Slot } from './values'

const slot = (name: string, mediaTypes: string[], required = true): Slot => ({
  name,
  title: name,
  description: '',
  mediaTypes,
  required,
  many: false,
})
const EMPTY = { inputs: { config: [''], table: [''] } } as unknown as Filled

test('an input takes what it names, whole families, or anything', () => {
  expect([
    takes(slot('a', ['text/csv']), 'text/csv; charset=utf-8'),
    takes(slot('a', ['text/csv']), 'image/png'),
  ]).toEqual([true, false])
  expect([takes(slot('a', ['image/*']), 'image/png'), takes(slot('a', []), 'image/png')]).toEqual([true, true])
  expect(takes(slot('a', ['text/csv']), ''), 'a whole data set').toBe(true)
})

test('the first input that takes the data gets it, one that is needed before the others', () => {
  const slots = [slot('config', ['text/csv'], false), slot('table', ['text/csv'])]
  expect(withData(EMPTY, slots, { reference: 'rain@1', type: 'text/csv' }).inputs).toEqual({
    config: [''],
    table: ['rain@1'],
  })
  expect(withData(EMPTY, slots, undefined)).toBe(EMPTY)
  expect(withData(EMPTY, slots, { reference: 'rain@1', type: 'image/png' }).inputs['config']).toEqual(['rain@1'])
})
