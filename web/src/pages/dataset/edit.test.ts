import { expect, test } from 'vitest'
import { readSchema, writtenSchema } from './edit'

test('a schema is typed as JSON, and an empty field means none', () => {
  expect(readSchema(writtenSchema({ type: 'object' }))).toEqual({ schema: { type: 'object' } })
  expect([readSchema(' '), writtenSchema(undefined)]).toEqual([{ schema: {} }, ''])
  expect(readSchema('[1]').fault).toContain('braces')
  expect(readSchema('{"a":').fault).toBeTruthy()
})
