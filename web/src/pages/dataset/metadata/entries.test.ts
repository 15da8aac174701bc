import { expect, test } from 'vitest'
import { entriesOf, faultOf, faultsIn, metadataOf, nestedFaults } from './entries'

test('metadata survives being typed: texts stay texts, numbers numbers', () => {
  const metadata = { instrument: 'gauge', height: 12.5, year: '2012', wet: true, who: ['ada'], none: null, empty: '' }
  expect(metadataOf(entriesOf(metadata))).toEqual(metadata)
  expect(entriesOf({ year: '2012', height: 2012, name: 'x' }).map(({ value }) => value)).toEqual([
    '"2012"',
    '2012',
    'x',
  ])
})

test('lines without a name are left out, and of one name the last counts', () => {
  const lines = [
    { key: ' a ', value: '1' },
    { key: '', value: 'lost' },
    { key: 'a', value: 'two words' },
  ]
  expect(metadataOf(lines)).toEqual({ a: 'two words' })
})

test('faults of the station find their fields', () => {
  const faults = faultsIn([
    { where: '/metadata/place/height', text: 'is not a number' },
    { where: '/metadata', text: "'who' is needed" },
    { where: '/files/0', text: 'is elsewhere' },
  ])
  expect(nestedFaults(faults)).toEqual({
    place: { height: { __errors: ['is not a number'] } },
    __errors: ["'who' is needed"],
  })
  expect([faultOf(faults, 'place'), faultOf(faults, 'other')]).toEqual(['is not a number', undefined])
})
