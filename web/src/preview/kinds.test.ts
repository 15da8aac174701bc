import { expect, test } from 'vitest'
import { fileAddress } from '@/pages/dataset/preview'
import { kindOf, prettyJson, readOf, TABLE_ROWS, tableOf } from './kinds'

test('what may be looked at, by media type', () => {
  expect(['image/png', 'image/svg+xml', 'text/csv', 'application/geo+json'].map(kindOf)).toEqual([
    'image',
    'image',
    'table',
    'json',
  ])
  expect(['text/html', 'application/yaml', 'application/x-ipynb+json', 'chemical/x-mdl-sdfile'].map(kindOf)).toEqual([
    'text',
    'text',
    'json',
    'text',
  ])
  expect(['application/octet-stream', 'image/fits', 'application/pdf'].map(kindOf)).toEqual(['none', 'none', 'pdf'])
})

test('what must be whole is not shown when it is very large', () => {
  expect([readOf('image', 2 ** 30), readOf('pdf', 2 ** 30), readOf('none', 1)]).toEqual([0, 0, 0])
  expect(readOf('text', 2 ** 40)).toBeGreaterThan(0)
})

test('addresses of files keep their folders and escape everything else', () => {
  expect(fileAddress('rain', 2, '2021/a b?.csv')).toBe('/api/v1/datasets/rain/versions/2/files/2021/a%20b%3F.csv')
})

test('tables are read with quotes, and a row cut in half is left out', () => {
  expect(tableOf('a,b\r\n"x, ""y""","1\n2"\n', ',', false)).toEqual([
    ['a', 'b'],
    ['x, "y"', '1\n2'],
  ])
  expect(tableOf('a\tb\n1\t2', '\t', false)).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ])
  expect(tableOf('a,b\n1,', ',', true)).toEqual([['a', 'b']])
  expect(tableOf('x\n'.repeat(TABLE_ROWS * 2), ',', false)).toHaveLength(TABLE_ROWS + 1)
})

test('json is laid out, and what is none stays as it came', () => {
  expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  expect(prettyJson('{"a":')).toBe('{"a":')
})
