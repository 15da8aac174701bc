import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, NARROW, unsound, visit, WIDE } from './browser'
import { choose, made, mark, row } from './project'
import { scene } from './scene'

const open = inBrowser()

/** Writes files below a folder of the scene and returns where that is. */
function written(folder: string, files: Record<string, string | Buffer>): string {
  const place = join(scene.folder, folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(place, path, '..'), { recursive: true })
    writeFileSync(join(place, path), content)
  }
  return place
}

/** Sends files by the button of the file manager. */
async function send(page: Page, ...paths: string[]): Promise<void> {
  await page.getByLabel('Choose files to send').setInputFiles(paths)
}

/** What the station has at a path of the project that is shown. */
async function content(page: Page, path: string): Promise<string> {
  const project = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  return page.evaluate(async (address) => (await fetch(address)).text(), `/api/v1/projects/${project}/files/${path}`)
}

test('files are sent, looked into, moved by menu and by dragging, and removed', async () => {
  const page = await open(WIDE, scene.tess)
  const folder = written('for-project', { 'levels.csv': 'day,level\n1,7\n', '.hidden': 'h', 'a b?.txt': 'plain words' })
  await made(page, `Files ${mark}`)
  await page.getByText('No files yet').waitFor()
  await send(page, join(folder, 'levels.csv'), join(folder, '.hidden'), join(folder, 'a b?.txt'))
  await row(page, 'levels.csv').waitFor()
  expect(await page.getByText('.hidden').count()).toBe(0)
  await page.getByRole('switch', { name: 'Hidden files' }).click()
  await row(page, '.hidden').waitFor()
  await page.getByRole('button', { name: 'levels.csv', exact: true }).click()
  await page.getByRole('columnheader', { name: 'level' }).waitFor()
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await page.getByRole('button', { name: 'a b?.txt', exact: true }).click()
  await page.getByText('plain words').waitFor()
  await page.reload()
  await page.getByText('plain words').waitFor()
  await page.getByRole('button', { name: 'Close the preview' }).click()

  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('raw / 1')
  await page.getByText("A name has no '/'").waitFor()
  await page.getByRole('dialog').getByLabel('Name').fill('raw 1')
  await page.getByRole('button', { name: 'Make the folder' }).click()
  await row(page, 'raw 1').waitFor()
  await row(page, 'levels.csv').locator('[draggable]').first().dragTo(row(page, 'raw 1'))
  await row(page, 'levels.csv').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'raw 1' }).click()
  await row(page, 'levels.csv').waitFor()
  expect(new URL(page.url()).searchParams.get('folder')).toBe('raw 1')

  await choose(page, 'levels.csv', 'Move or rename')
  await page.getByRole('dialog').getByLabel('Name').fill('may.csv')
  await page.getByRole('dialog').getByLabel('Folder').fill('done/2026')
  await page.getByRole('button', { name: 'Move it' }).click()
  await page.getByText('This folder is empty').waitFor()
  await page.getByLabel('Folder').getByRole('link', { name: 'All files' }).click()
  await page.getByRole('link', { name: 'done' }).click()
  await page.getByRole('link', { name: '2026' }).click()
  await row(page, 'may.csv').waitFor()
  const download = page.waitForEvent('download')
  await choose(page, 'may.csv', 'Download')
  expect((await download).suggestedFilename()).toBe('may.csv')
  await choose(page, 'may.csv', 'Remove')
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await page.getByText('This folder is empty').waitFor()
  await page.getByLabel('Folder').getByRole('link', { name: 'All files' }).click()
  await choose(page, 'done', 'Remove')
  await page.getByText('The folder and all that is in it cannot be brought back').waitFor()
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await row(page, 'done').waitFor({ state: 'detached' })
})

test('what somebody put into a project is shown, and never run', async () => {
  const page = await open(WIDE, scene.tess)
  const theft = "fetch('/api/v1/tokens', {method: 'POST'}); document.title = 'reached'"
  const folder = written('hostile-there', { 'page.html': `<script>${theft}</script>`, 'script.js': theft })
  await made(page, `Hostile ${mark}`)
  await send(page, join(folder, 'page.html'), join(folder, 'script.js'))
  await page.getByRole('button', { name: 'page.html', exact: true }).click()
  await page.getByLabel('Contents of page.html').getByText('document.title').waitFor()
  const address = `/api/v1${new URL(page.url()).pathname}/files`
  const told = await page.evaluate(async (files) => {
    const { headers } = await fetch(`${files}/page.html`)
    const run = new Promise((done) => {
      const script = document.createElement('script')
      script.onload = () => done('run')
      script.onerror = () => done('refused')
      script.src = `${files}/script.js`
      document.head.append(script)
    })
    return [headers.get('content-security-policy'), headers.get('x-content-type-options'), await run]
  }, address)
  expect(told[0]).toMatch(/(^|;)\s*sandbox/)
  expect(told.slice(1)).toEqual(['nosniff', 'refused'])
  expect(await page.title()).not.toContain('reached')
})

test('nothing is replaced before somebody said so', async () => {
  const page = await open(WIDE, scene.tess)
  const before = written('before', { 'one.txt': 'old one', 'two.txt': 'old two', 'three.txt': 'old three' })
  const after = written('after', {
    'one.txt': 'new one',
    'two.txt': 'new two',
    'three.txt': 'new three',
    'four.txt': '4',
  })
  const names = ['one.txt', 'two.txt', 'three.txt']
  await made(page, `Replacing ${mark}`)
  await send(page, ...names.map((name) => join(before, name)))
  await row(page, 'three.txt').waitFor()
  await send(page, ...[...names, 'four.txt'].map((name) => join(after, name)))
  const asked = page.getByRole('group', { name: 'Shall they be replaced?' })
  await asked.getByText('3 files are there already').waitFor()
  await row(page, 'four.txt').waitFor()
  expect(await content(page, 'one.txt')).toBe('old one')
  expect(await unsound(page, 'project-replace-1280')).toEqual([])
  await asked.getByRole('button', { name: 'Keep two.txt' }).click()
  await asked.getByRole('button', { name: 'Replace one.txt' }).click()
  await asked.getByText('1 file is there already').waitFor()
  await asked.getByRole('button', { name: 'Replace all' }).click()
  await page.getByRole('region', { name: 'Sending files' }).waitFor({ state: 'detached' })
  expect(await content(page, 'one.txt')).toBe('new one')
  expect(await content(page, 'two.txt')).toBe('old two')
  expect(await content(page, 'three.txt')).toBe('new three')
  await choose(page, 'one.txt', 'Move or rename')
  await page.getByRole('dialog').getByLabel('Name').fill('two.txt')
  await page.getByRole('button', { name: 'Move it' }).click()
  await page.getByRole('dialog').getByText('is at ').waitFor()
  expect(await page.getByRole('dialog').getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
})

test('whole folders are dropped; what is sent goes on while other pages are looked at, stops and goes on', async () => {
  const page = await open(WIDE, scene.tess)
  const long = Buffer.alloc(12 * 1024 * 1024, 7)
  const folder = written('to-drop-there', { 'long.bin': long, 'season/may/a.csv': 'a\n1\n', 'season/b.csv': 'b\n2\n' })
  await made(page, `Dropped ${mark}`)
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 3 * 1024 * 1024 }
  await session.send('Network.emulateNetworkConditions', slow)
  const zone = await page.getByRole('region', { name: 'Files', exact: true }).boundingBox()
  const at = { x: (zone?.x ?? 0) + 200, y: (zone?.y ?? 0) + 90 }
  const data = { items: [], files: ['long.bin', 'season'].map((name) => join(folder, name)), dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  const sending = page.getByRole('region', { name: 'Sending files' })
  await sending.getByText(/of 12 MiB · \d of 3 files$/).waitFor()
  expect(await unsound(page, 'project-sending-1280')).toEqual([])
  await sending.getByRole('button', { name: 'Stop for now' }).click()
  await sending.getByText('Stopped').waitFor()
  await sending.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await page.getByRole('button', { name: /^Activity/ }).click()
  await page
    .getByRole('list', { name: 'Sent from here' })
    .getByRole('link', { name: `Dropped ${mark}` })
    .click()
  await page.getByRole('heading', { name: `Dropped ${mark}`, level: 1 }).waitFor()
  await session.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
  await row(page, 'long.bin').getByText('12 MiB').waitFor()
  await sending.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'season' }).click()
  await page.getByRole('link', { name: 'may' }).click()
  await row(page, 'a.csv').waitFor()
})

test('a folder of very many files keeps few rows in the page, and fits a narrow window', async () => {
  const page = await open(NARROW, scene.tess)
  await made(page, `Many ${mark}`)
  const project = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await page.evaluate(async (id) => {
    const put = (_: unknown, number: number) => {
      const address = `/api/v1/projects/${id}/files/file-${String(number).padStart(4, '0')}.txt`
      return fetch(address, { method: 'PUT', body: 'x', headers: { 'X-Fieldstation': '1' } })
    }
    await Promise.all(Array.from({ length: 260 }, put))
  }, project)
  await visit(page, `/projects/${project}`)
  await row(page, 'file-0000.txt').waitFor()
  const rows = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  for (let screen = 0; screen < 20; screen += 1) {
    expect(await rows.count()).toBeLessThan(80)
    await page.mouse.wheel(0, 900)
    await page.waitForTimeout(60)
  }
  await row(page, 'file-0259.txt').waitFor()
  expect(await unsound(page, 'project-many-390')).toEqual([])
})
