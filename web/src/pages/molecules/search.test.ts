import { expect, test } from 'vitest'
import { readMoleculeSearch } from './search'

test('an address says what is searched for, and what is not said is left out', () => {
  expect(readMoleculeSearch({ kind: 'similar', q: 'CCO', threshold: 0.5 })).toEqual({
    kind: 'similar',
    q: 'CCO',
    threshold: 0.5,
  })
  expect(readMoleculeSearch({ kind: 'substructure', q: ' ', threshold: 0.7 })).toEqual({})
  expect(readMoleculeSearch({ kind: 'else', q: ['x'], threshold: 7 })).toEqual({})
})
