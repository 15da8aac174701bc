import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession, Page, Request } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, keep, signIn, unsound, visit } from './browser'
import { scene } from './scene'
import { Wire } from './wire'

const open = inBrowser()
const MEBIBYTE = 1024 * 1024
const SPEED = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }

/** Writes files below a folder of the scene and returns where that is. */
function written(folder: string, files: Record<string, string | Buffer>): string {
  const place = join(scene.folder, folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(place, path, '..'), { recursive: true })
    writeFileSync(join(place, path), content)
  }
  return place
}

async function network(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  return session
}

/** What the station has of a data set: digests by path. */
async function kept(page: Page): Promise<Record<string, string>> {
  const name = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  return page.evaluate(async (reference) => {
    const answer = await fetch(`/api/v1/datasets/${reference}/versions/1/files?limit=1000`)
    const { items } = (await answer.json()) as { items: { path: string; sha256: string }[] }
    return Object.fromEntries(items.map(({ path, sha256 }) => [path, sha256]))
  }, name)
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Waits until so many bytes of what is being sent are at the station, whatever the page says. */
async function come(page: Page, bytes: number): Promise<void> {
  const there = () =>
    page.evaluate(async (wanted) => {
      const answer = await fetch('/api/v1/uploads?limit=1000')
      const { items } = (await answer.json()) as { items: { offset: number; size: number }[] }
      return items.some(({ offset, size }) => offset >= wanted && offset < size)
    }, bytes)
  await expect.poll(there, { interval: 50, timeout: 20_000 }).toBe(true)
}

/** Takes note of the pieces that are sent: where each begins. */
function pieces(page: Page): number[] {
  const found: number[] = []
  page.on('request', (request: Request) => {
    if (request.method() === 'PATCH') found.push(Number(request.headers()['upload-offset']))
  })
  return found
}

test('files become a data set, and more of them its next version', async () => {
  const page = await open()
  const folder = written('to-send', { 'Rain gauges.csv': 'day,mm\n1,4\n', 'notes.txt': 'dry\n', 'empty.txt': '' })
  await visit(page, '/data')
  await page.getByRole('link', { name: 'Add data' }).click()
  await page
    .getByLabel('Choose files to send')
    .setInputFiles([join(folder, 'Rain gauges.csv'), join(folder, 'empty.txt')])
  expect(await page.getByLabel('Name').inputValue()).toBe('rain-gauges')
  await keep(page, 'data-new-chosen')
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByRole('heading', { name: 'rain-gauges' }).waitFor()
  await page.getByRole('treeitem', { name: /^Rain gauges\.csv/ }).waitFor()
  await page.getByRole('link', { name: 'Add files' }).click()
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'notes.txt')])
  await page.getByRole('button', { name: 'Add the files' }).click()
  await page.getByRole('treeitem', { name: /^notes\.txt/ }).waitFor()
  expect(await page.getByRole('tree', { name: 'Files' }).getByRole('treeitem').count()).toBe(3)
})

test('files and a whole folder are dropped, and one sees how far they came, how fast, and how long it takes', async () => {
  const page = await open()
  const long = randomBytes(10 * MEBIBYTE)
  const files = { 'long.bin': long, 'notes.txt': 'dry\n', 'season/may/a.csv': 'a\n1\n', 'season/june/b.csv': 'b\n2\n' }
  const folder = written('to-drop', files)
  await visit(page, '/data/new')
  const session = await network(page)
  const zone = await page.getByRole('group', { name: 'Files to send, dropped or chosen' }).boundingBox()
  const at = { x: (zone?.x ?? 0) + 40, y: (zone?.y ?? 0) + 20 }
  const paths = ['long.bin', 'notes.txt', 'season'].map((name) => join(folder, name))
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
  const chosen = page.getByRole('region', { name: 'Chosen files' })
  await chosen.getByText('4 files').waitFor()
  for (const path of Object.keys(files)) await chosen.getByText(path, { exact: true }).waitFor()
  await page.getByLabel('Name', { exact: true }).fill('dropped')
  await session.send('Network.emulateNetworkConditions', { ...SPEED, uploadThroughput: 3 * MEBIBYTE })
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByText(/\/s, .* left$/).waitFor()
  await page.getByText(/of 10 MiB · \d of 4 files$/).waitFor()
  const bar = page.getByRole('progressbar')
  const before = Number(await bar.getAttribute('aria-valuenow'))
  expect(await unsound(page, 'upload-dropped-1280')).toEqual([])
  await page.waitForFunction(
    (one) => Number(document.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow') ?? 101) > one,
    before,
  )
  await session.send('Network.emulateNetworkConditions', SPEED)
  await page.getByRole('heading', { name: 'dropped' }).waitFor()
  await page.getByRole('treeitem', { name: /^season/ }).click()
  await page.getByRole('treeitem', { name: /^june/ }).waitFor()
  expect(await kept(page)).toEqual(
    Object.fromEntries(Object.entries(files).map(([path, content]) => [path, digest(content)])),
  )
})

test('an upload that is stopped goes on where it stopped', async () => {
  const page = await open()
  const content = randomBytes(16 * MEBIBYTE)
  const folder = written('to-stop', { 'stopped.bin': content })
  const begun = pieces(page)
  const session = await network(page)
  await session.send('Network.emulateNetworkConditions', { ...SPEED, uploadThroughput: 3 * MEBIBYTE })
  await visit(page, '/data/new')
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'stopped.bin')])
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await come(page, MEBIBYTE)
  await page.getByRole('button', { name: 'Stop for now' }).click()
  await page.getByText('What came is kept at the station').waitFor()
  await session.send('Network.emulateNetworkConditions', SPEED)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'stopped' }).waitFor()
  expect(begun.at(-1), 'the last piece began behind what had come').toBeGreaterThan(0)
  expect(await kept(page)).toEqual({ 'stopped.bin': digest(content) })
})

test('an upload goes on while other pages are looked at, and is told of there', async () => {
  const page = await open()
  const content = randomBytes(16 * MEBIBYTE)
  const folder = written('to-go-away', { 'away.bin': content })
  const session = await network(page)
  await session.send('Network.emulateNetworkConditions', { ...SPEED, uploadThroughput: 3 * MEBIBYTE })
  await visit(page, '/data/new')
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'away.bin')])
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByText(/left$/).waitFor()
  await page.getByRole('link', { name: 'Tools', exact: true }).click()
  await page.getByRole('heading', { name: 'Tools' }).waitFor()
  await page.getByRole('button', { name: /^Activity/ }).click()
  const note = page.getByRole('list', { name: 'Sent from here' })
  await note.getByText(/MiB of 16 MiB$/).waitFor()
  await keep(page, 'upload-away')
  await note.getByRole('link', { name: 'away' }).click()
  await page.getByText('It goes on while you look at other pages').waitFor()
  await page.getByRole('link', { name: 'Tools', exact: true }).click()
  await session.send('Network.emulateNetworkConditions', SPEED)
  await page.getByText('The files of away have come.').waitFor()
  await page.getByRole('link', { name: 'Data', exact: true }).click()
  await page.getByRole('link', { name: 'away', exact: true }).click()
  await page.getByRole('treeitem', { name: /^away\.bin/ }).waitFor()
  expect(await kept(page)).toEqual({ 'away.bin': digest(content) })
})

test('a network that goes away ends nothing: it goes on by itself where it broke off', async () => {
  const wire = await Wire.open()
  try {
    const page = await through(wire, await open())
    const content = randomBytes(16 * MEBIBYTE)
    const folder = written('to-cut', { 'cut.bin': content })
    const begun = pieces(page)
    const session = await network(page)
    await session.send('Network.emulateNetworkConditions', { ...SPEED, uploadThroughput: 3 * MEBIBYTE })
    await visit(page, '/data/new')
    await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'cut.bin')])
    await page.getByRole('button', { name: 'Make the data set' }).click()
    await come(page, 2 * MEBIBYTE)
    const isPiece = (one: Request) => one.method() === 'PATCH'
    const broken = page.waitForEvent('requestfailed', isPiece)
    const asked = page.waitForEvent('requestfailed', (one) => one.method() === 'HEAD') // how far it came
    wire.cut()
    await broken
    await asked
    await keep(page, 'upload-cut')
    expect(await page.getByRole('status').getByText('Sending').count()).toBe(1)
    wire.mend()
    await session.send('Network.emulateNetworkConditions', SPEED)
    await page.getByRole('heading', { name: 'cut', exact: true }).waitFor()
    expect(begun[0]).toBe(0)
    expect(begun.at(-1), 'the last piece began behind what had come').toBeGreaterThan(0)
    expect(await kept(page)).toEqual({ 'cut.bin': digest(content) })
  } finally {
    wire.close()
  }
})

/** Opens a page like another one whose way to the station can be cut, for the same person. */
async function through(wire: Wire, other: Page): Promise<Page> {
  const context = await other.context().browser()?.newContext({ baseURL: scene.url, proxy: wire.proxy })
  if (!context) throw new Error('the browser has gone')
  const page = await context.newPage()
  await signIn(page, scene.ada)
  return page
}

test('a page that is closed in the middle costs nothing: the same file, chosen again, goes on from its offset', async () => {
  const page = await open()
  page.on('dialog', (asked) => void asked.accept()) // "leave this page?"
  const content = randomBytes(24 * MEBIBYTE)
  const folder = written('to-leave', { 'left.bin': content })
  const session = await network(page)
  await session.send('Network.emulateNetworkConditions', { ...SPEED, uploadThroughput: 3 * MEBIBYTE })
  await visit(page, '/data/new')
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'left.bin')])
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await come(page, 2 * MEBIBYTE)
  await page.reload()
  await session.send('Network.emulateNetworkConditions', SPEED)
  const begun = pieces(page)
  const sent: Promise<Record<string, string>>[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push(request.allHeaders())
  })
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'left.bin')])
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByRole('heading', { name: 'left' }).waitFor()
  expect(begun).toHaveLength(1)
  expect(begun[0], 'it went on from its offset').toBeGreaterThan(MEBIBYTE)
  const lengths = (await Promise.all(sent)).map((headers) => Number(headers['content-length']))
  expect(lengths, 'and sent no more than the rest').toEqual([content.length - (begun[0] ?? 0)])
  expect(await kept(page)).toEqual({ 'left.bin': digest(content) })
})
