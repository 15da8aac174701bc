import { expect, test } from 'vitest'
import { Problem, unreachable } from '@/api/problem'
import { Lot, type Item, type LotView, type Send } from './lot'
import { Stopped } from './stopped'

const file = (path: string, bytes = 4) => ({ path, file: new File(['x'.repeat(bytes)], path) })
const refusal = (reason: string) => new Problem({ status: 409, reason, detail: reason })

/** Files on their way, each of which a test lets come or fail. */
function underWay() {
  const going = new Map<string, { item: Item; come: () => void; fail: (reason: Error) => void }>()
  const send: Send = (item, signal) =>
    new Promise<void>((done, failed) => {
      going.set(item.path, { item, come: done, fail: failed })
      signal.addEventListener('abort', () => failed(new Stopped()))
    }).finally(() => going.delete(item.path))
  return { going, send }
}

function opened(send: Send) {
  const seen: { view?: LotView; files: number } = { files: 0 }
  const lot = new Lot(
    send,
    (view) => (seen.view = view),
    () => (seen.files += 1),
    [0, 0],
  )
  return { lot, seen }
}

const settled = () => new Promise((done) => setTimeout(done, 5))

test('three files go at once, and the others after them', async () => {
  const { going, send } = underWay()
  const { lot, seen } = opened(send)
  lot.add(['a', 'b', 'c', 'd'].map((path) => file(path)))
  expect([...going.keys()]).toEqual(['a', 'b', 'c'])
  going.get('b')?.come()
  await settled()
  expect([...going.keys()]).toEqual(['a', 'c', 'd'])
  expect(seen.view?.progress).toMatchObject({ done: 1, files: 4, total: 16, sent: 4 })
  for (const path of ['a', 'c', 'd']) going.get(path)?.come()
  await settled()
  expect([seen.view?.phase, seen.files]).toEqual(['done', 4])
})

test('what is there already waits for an answer; who keeps it sends nothing more', async () => {
  const { going, send } = underWay()
  const { lot, seen } = opened(send)
  lot.add([file('a'), file('b')])
  for (const path of ['b', 'a']) going.get(path)?.fail(refusal('exists'))
  await settled()
  expect([seen.view?.phase, seen.view?.asks]).toEqual(['asking', ['a', 'b']])
  lot.answer(true, 'a')
  expect(going.get('a')?.item.replace).toBe(true)
  lot.answer(false)
  going.get('a')?.come()
  await settled()
  expect(seen.view).toMatchObject({ phase: 'done', progress: { done: 1, files: 1, total: 4 } })
})

test('a refusal is kept with its file, and tried again only when asked', async () => {
  const { going, send } = underWay()
  const { lot, seen } = opened(send)
  lot.add([file('a'), file('b')])
  going.get('a')?.fail(refusal('over_quota'))
  going.get('b')?.come()
  await settled()
  expect(seen.view).toMatchObject({ phase: 'failed', failed: [{ path: 'a', error: { reason: 'over_quota' } }] })
  lot.again()
  going.get('a')?.come()
  await settled()
  expect(seen.view).toMatchObject({ phase: 'done', failed: [] })
})

test('stopping keeps what was not sent for going on', async () => {
  const { going, send } = underWay()
  const { lot, seen } = opened(send)
  lot.add([file('a'), file('b'), file('c'), file('d')])
  lot.stop()
  await settled()
  expect([seen.view?.phase, going.size]).toEqual(['stopped', 0])
  lot.goOn()
  expect(going.size).toBe(3)
})

test('a station that cannot be reached is tried again, and not for ever', async () => {
  let tries = 0
  const { lot, seen } = opened(() => {
    tries += 1
    return Promise.reject(unreachable())
  })
  lot.add([file('a')])
  await settled()
  await settled()
  expect([tries, seen.view?.phase]).toEqual([3, 'failed'])
})
