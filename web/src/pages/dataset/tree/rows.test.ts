import { expect, test } from 'vitest'
import type { TreeEntry } from '@/api/client'
import { folderOf, moveOf, nameOf, rowsOf, wayTo, type Listings } from './rows'

const file = (path: string): TreeEntry => ({ path, kind: 'file', size: 1 })
const folder = (path: string): TreeEntry => ({ path, kind: 'folder', size: 1, files: 1 })
const here = (entries: TreeEntry[], next: string | null = null) => ({ entries, next, state: 'here' as const })

const LISTINGS: Listings = {
  '': here([folder('2021/'), file('README')]),
  '2021/': here([folder('2021/may/'), file('2021/all.csv')], 'position'),
}

test('paths know their folder, their name, and the way to them', () => {
  expect([folderOf('a/b/c.csv'), folderOf('a/b/'), folderOf('a')]).toEqual(['a/b/', 'a/', ''])
  expect([nameOf('a/b/c.csv'), nameOf('a/b/'), nameOf('a')]).toEqual(['c.csv', 'b', 'a'])
  expect(wayTo('a/b/c.csv')).toEqual(['a/', 'a/b/'])
  expect(wayTo('a/b/')).toEqual(['a/', 'a/b/'])
  expect(wayTo('a')).toEqual([])
})

test('open folders show what lies in them, and that more is to come', () => {
  const rows = rowsOf(LISTINGS, new Set(['2021/', '2021/may/']))
  expect(rows.map((row) => [row.key, row.level])).toEqual([
    ['2021/', 1],
    ['2021/may/', 2],
    ['more 2021/may/', 3],
    ['2021/all.csv', 2],
    ['more 2021/', 2],
    ['README', 1],
  ])
  expect(rows[0]).toMatchObject({ place: 1, of: 2, open: true })
  expect(rows[1]).toMatchObject({ place: 1, of: -1 })
  expect(rowsOf(LISTINGS, new Set()).map((row) => row.key)).toEqual(['2021/', 'README'])
  expect(rowsOf({}, new Set()).map((row) => row.kind)).toEqual(['more'])
})

test('a folder that could not be read says so in its place', () => {
  const rows = rowsOf({ ...LISTINGS, '2021/': { entries: [], next: null, state: 'failed' } }, new Set(['2021/']))
  expect(rows.map((row) => row.kind)).toEqual(['entry', 'failed', 'entry'])
})

test('keys move as trees do', () => {
  const rows = rowsOf(LISTINGS, new Set(['2021/']))
  expect(moveOf('ArrowDown', 0, rows)).toEqual({ go: 1 })
  expect(moveOf('ArrowUp', 0, rows)).toEqual({ go: 0 })
  expect([moveOf('Home', 3, rows), moveOf('End', 0, rows)]).toEqual([{ go: 0 }, { go: 4 }])
  expect(moveOf('ArrowRight', 1, rows)).toEqual({ open: '2021/may/' })
  expect(moveOf('ArrowRight', 0, rows), 'an open folder is entered').toEqual({ go: 1 })
  expect(moveOf('ArrowRight', 4, rows), 'a file has nothing in it').toBeNull()
  expect(moveOf('ArrowLeft', 0, rows)).toEqual({ close: '2021/' })
  expect(moveOf('ArrowLeft', 2, rows), 'to the folder it lies in').toEqual({ go: 0 })
  expect(moveOf('ArrowLeft', 4, rows)).toBeNull()
  expect([moveOf('Enter', 2, rows), moveOf('x', 2, rows)]).toEqual([{ choose: 2 }, null])
})
