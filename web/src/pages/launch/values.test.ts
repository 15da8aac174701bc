import type { RJSFSchema } from '@rjsf/utils'
import { expect, it } from 'vitest'
import type { Run, Tool } from '@/api/client'
import { nameFrom, read, written } from './reference'
import { faultsOf, validator } from './validator'
import { beginning, lacking, parametersOf, requestOf, slotsOf } from './values'

const TOOL = {
  name: 'sum',
  version: '1.2.0',
  definition: { resources: { cpu: 1, memory: 512 << 20, disk: 256 << 20 } },
} as unknown as Tool
const FORM = {
  type: 'object',
  properties: {
    parameters: { type: 'object', properties: { times: { $ref: '#/$defs/positive' } }, required: ['times'] },
    inputs: {
      type: 'object',
      properties: {
        table: { title: 'Table', type: 'string', 'x-media-types': ['text/csv'] },
        masks: { title: 'Masks', type: 'array', items: { type: 'string' } },
      },
      required: ['table'],
    },
  },
  $defs: { positive: { type: 'integer', minimum: 1 } },
} as RJSFSchema
const SLOTS = slotsOf(FORM)

it('reads what the form asks for', () => {
  expect(SLOTS.map(({ name, required, many, mediaTypes }) => [name, required, many, mediaTypes])).toEqual([
    ['table', true, false, ['text/csv']],
    ['masks', false, true, []],
  ])
})

it('asks only for what differs from the tool itself', () => {
  const filled = { ...beginning(TOOL, SLOTS, undefined), inputs: { table: ['weather@2:may.csv'], masks: ['', 'm@1'] } }
  expect(lacking(SLOTS, filled)).toEqual([])
  expect(requestOf(TOOL, SLOTS, filled)).toEqual({
    tool: 'sum@1.2.0',
    parameters: {},
    inputs: { table: 'weather@2:may.csv', masks: ['m@1'] },
    priority: 5,
    reuse: true,
    resources: {},
  })
  expect(requestOf(TOOL, SLOTS, { ...filled, unit: 'unit-1' })).toMatchObject({ output: { unit: 'unit-1' } })
  const more = { ...filled, name: ' May ', output: 'sums', resources: { cpu: 2, memory: 512, disk: 1024 } }
  expect(requestOf(TOOL, SLOTS, more)).toMatchObject({
    name: 'May',
    output: { dataset: 'sums' },
    resources: { cpu: 2, disk_bytes: 1 << 30 },
  })
})

it('begins with the values of the run that is changed', () => {
  const inputs = [{ slot: 'table', dataset: 'dataset-1', number: 3, path: 'a/b.csv' }]
  const resources = { cpu: 4, memory_bytes: 1 << 30, disk_bytes: 256 << 20, pids: 9 }
  const given = { parameters: { times: 2 }, name: 'Before', output_name: 'sums', priority: 7 }
  const from = { inputs, resources, ...given } as unknown as Run
  const filled = beginning(TOOL, SLOTS, from)
  expect(requestOf(TOOL, SLOTS, filled)).toMatchObject({
    priority: 7,
    output: { dataset: 'sums' },
    resources: { cpu: 4, memory_bytes: 1 << 30 },
  })
  expect(filled.inputs).toEqual({ table: ['dataset-1@3:a/b.csv'], masks: [''] })
  expect([filled.parameters, filled.name]).toEqual([{ times: 2 }, 'Before'])
})

it('names the inputs that are lacking', () => {
  expect(lacking(SLOTS, beginning(TOOL, SLOTS, undefined))).toEqual(['Table'])
})

it('judges parameters by their schema, with its definitions', () => {
  const schema = parametersOf(FORM)
  expect(faultsOf(schema, { times: 3 })).toEqual([])
  expect(faultsOf(schema, {}).map((fault) => [fault.property, fault.message])).toEqual([['.times', 'is needed']])
  expect(faultsOf(schema, { times: 0 }).map((fault) => fault.property)).toEqual(['.times'])
})

it('passes over fields that were emptied again', () => {
  const schema = parametersOf(FORM)
  expect(faultsOf(schema, { times: 3, more: undefined })).toEqual([])
  expect(validator.isValid({ type: 'string' }, undefined, schema)).toBe(false)
})

it.each([
  ['weather', { dataset: 'weather' }],
  ['weather@2', { dataset: 'weather', number: 2 }],
  ['weather@2:a/b:c.csv', { dataset: 'weather', number: 2, path: 'a/b:c.csv' }],
])('reads and writes the reference %s', (text, reference) => {
  expect(read(text)).toEqual(reference)
  expect(written(reference)).toBe(text)
})

it('reads nothing out of nothing', () => {
  expect(read('')).toBeNull()
})

it.each([
  ['My Table (2).csv', 'my-table-2'],
  ['Überschwemmung.tar.gz', 'uberschwemmung.tar'],
  ['日本.csv', 'upload'],
  ['.hidden', 'upload'],
])('makes of %s the name %s', (file, name) => {
  expect(nameFrom(file)).toBe(name)
})
