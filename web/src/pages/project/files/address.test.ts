import { expect, test } from 'vitest'
import { folderOf, nameFault, projectFileAddress, trail, within } from './address'

test('addresses keep folders and escape everything else', () => {
  expect(projectFileAddress('project-1', 'raw data/a?b#c%.csv')).toBe(
    '/api/v1/projects/project-1/files/raw%20data/a%3Fb%23c%25.csv',
  )
})

test('paths are taken apart and put together', () => {
  expect([folderOf('a/b/c.txt'), folderOf('c.txt')]).toEqual(['a/b', ''])
  expect([within('a/b', 'c.txt'), within('', 'c.txt')]).toEqual(['a/b/c.txt', 'c.txt'])
  expect(trail('a/b')).toEqual([
    { name: 'a', path: 'a' },
    { name: 'b', path: 'a/b' },
  ])
  expect(trail('')).toEqual([])
})

test('a name that cannot be one is told before it is sent', () => {
  expect([nameFault(' '), nameFault('a/b'), nameFault('..')].every(Boolean)).toBe(true)
  expect([nameFault('..a'), nameFault('May 2021.csv')]).toEqual([null, null])
})
