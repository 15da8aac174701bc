import { expect, it } from 'vitest'
import { outdated, readNews } from './LiveNews'
import { EventParser } from './stream'

it('gives events as soon as they are whole', () => {
  const parser = new EventParser()
  expect(parser.push('id: 7\nevent: run.queued\ndata: {"thi')).toEqual([])
  expect(parser.push('ng": "run-1"}\n\n: still here\n\n')).toEqual([
    { id: '7', name: 'run.queued', data: '{"thing": "run-1"}' },
  ])
})

it('joins lines of data, and keeps the last id', () => {
  const parser = new EventParser()
  expect(parser.push('id: 1\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n')).toEqual([
    { id: '1', name: 'message', data: 'a\nb' },
    { id: '1', name: 'message', data: 'c' },
  ])
})

it('reads what happened to a thing, and passes over the rest', () => {
  const event = { id: '1', name: 'run.failed', data: '{"thing": "run-1", "at": "now"}' }
  expect(readNews(event)).toEqual({ kind: 'run.failed', thing: 'run-1' })
  expect(readNews({ ...event, name: 'here', data: '{}' })).toBeNull()
})

it('knows what news outdate', () => {
  expect(outdated({ kind: 'run.failed', thing: 'run-1' })).toContainEqual(['run', 'run-1'])
  expect(outdated({ kind: 'dataset.version_published', thing: 'dataset-1' })).toContainEqual(['dataset', 'dataset-1'])
  expect(outdated({ kind: 'strange', thing: 'x-1' })).toEqual([])
})
