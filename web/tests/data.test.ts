import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inBrowser, keep, settled, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()
const MEBIBYTE = 1024 * 1024

test('the list is narrowed by name, by label and to what is mine, and the address says so', async () => {
  const page = await open()
  await visit(page, '/data')
  await page.getByRole('link', { name: 'hostile' }).waitFor()
  await page.getByLabel('Name begins with').fill('Wea')
  await page.getByRole('link', { name: 'hostile' }).waitFor({ state: 'detached' })
  expect(await page.getByRole('link', { name: 'weather' }).count()).toBe(1)
  expect(new URL(page.url()).searchParams.get('name')).toBe('Wea')
  await page.getByLabel('Name begins with').fill('')
  await page.getByLabel('site: elsewhere').check()
  await page.getByRole('link', { name: 'weather' }).waitFor({ state: 'detached' })
  await page.reload()
  await settled(page)
  expect(await page.getByLabel('site: elsewhere').isChecked()).toBe(true)
  await page.getByRole('link', { name: 'hostile' }).click()
  await page.getByRole('heading', { name: 'hostile' }).waitFor()
})

test('files are looked into without being run', async () => {
  const page = await open()
  await visit(page, `/data/${scene.dataset}?version=1`)
  await page.getByRole('button', { name: 'weather.csv' }).click()
  await page.getByRole('columnheader', { name: 'precipitation' }).waitFor()
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await page.getByRole('button', { name: 'map.png' }).click()
  const image = page.getByRole('img', { name: 'map.png' })
  await image.waitFor()
  expect(await image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(160)
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await page.getByRole('button', { name: 'stations.json' }).click()
  await page.getByText('"Sea-Tac"').waitFor()
  await visit(page, `/data/${scene.hostile}?file=page.html`)
  await page.getByText("fetch('/api/v1/tokens'").waitFor()
  await visit(page, `/data/${scene.hostile}?file=drawing.svg`)
  await page.getByRole('img', { name: 'drawing.svg' }).waitFor()
  expect(await page.title()).not.toContain('reached')
})

test('a version of very many files keeps few rows in the page, and a folder is one click away', async () => {
  const page = await open()
  const pages: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/files?')) pages.push(request.url())
  })
  await visit(page, `/data/${scene.many.name}`)
  const rows = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  await rows.first().waitFor()
  for (let screen = 0; screen < 12; screen += 1) {
    await page.mouse.wheel(0, 700)
    await page.waitForTimeout(60)
    expect(await rows.count()).toBeLessThan(200)
  }
  expect(pages.length).toBeLessThanOrEqual(4)
  await page.evaluate(() => window.scrollTo(0, 0))
  await page.getByLabel('Path begins with').fill('folder-07/')
  await page.getByRole('button', { name: '000007.txt' }).click()
  await page.getByLabel('Contents of folder-07/000007.txt').waitFor()
})

test('labels, members, trash and back', async () => {
  const page = await open()
  await visit(page, `/data/${scene.hostile}?tab=about`)
  await page.getByLabel('Label', { exact: true }).fill('checked')
  await page.getByLabel('Value').fill('yes')
  await page.getByRole('button', { name: 'Add label' }).click()
  await page.getByText('checked: yes').waitFor()
  await page.getByRole('button', { name: 'Remove the label checked' }).click()
  await page.getByText('checked: yes').waitFor({ state: 'detached' })
  await page.getByRole('tab', { name: 'Members' }).click()
  await page.getByLabel('User, group:name or everyone').fill('nobody-at-all')
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('alert').getByText('Nobody was added').waitFor()
  await page.getByLabel('User, group:name or everyone').fill(scene.newcomer.username)
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('rowheader', { name: scene.newcomer.username }).waitFor()
  await page.getByRole('button', { name: `Remove ${scene.newcomer.username}` }).click()
  await page.getByRole('rowheader', { name: scene.newcomer.username }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'More that can be done' }).click()
  await page.getByRole('menuitem', { name: 'Put into the trash' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Put into the trash' }).click()
  await page.getByText('This data set is in the trash').waitFor()
  await keep(page, 'dataset-trashed')
  await page.getByRole('button', { name: 'Restore it' }).click()
  await page.getByText('This data set is in the trash').waitFor({ state: 'detached' })
})

test('the lineage leads from a result to what it was made from', async () => {
  const page = await open()
  await visit(page, `/data/${scene.result}?tab=lineage`)
  await page.getByRole('link', { name: /^table-summary/ }).waitFor()
  await page.getByRole('link', { name: /^weather · 2/ }).click()
  await page.getByRole('heading', { name: 'weather' }).waitFor()
})

test('files become a data set, and more of them its next version', async () => {
  const page = await open()
  const folder = join(scene.folder, 'to-send')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'Rain gauges.csv'), 'day,mm\n1,4\n')
  writeFileSync(join(folder, 'notes.txt'), 'dry\n')
  writeFileSync(join(folder, 'empty.txt'), '')
  await visit(page, '/data')
  await page.getByRole('link', { name: 'Add data' }).click()
  await page
    .getByLabel('Choose files to send')
    .setInputFiles([join(folder, 'Rain gauges.csv'), join(folder, 'empty.txt')])
  expect(await page.getByLabel('Name').inputValue()).toBe('rain-gauges')
  await keep(page, 'data-new-chosen')
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByRole('heading', { name: 'rain-gauges' }).waitFor()
  await page.getByRole('button', { name: 'Rain gauges.csv' }).waitFor()
  await page.getByRole('link', { name: 'Add files' }).click()
  await page.getByLabel('Choose files to send').setInputFiles([join(folder, 'notes.txt')])
  await page.getByRole('button', { name: 'Add the files' }).click()
  await page.getByRole('button', { name: 'notes.txt' }).waitFor()
  expect(await page.getByRole('list', { name: 'Files' }).getByRole('listitem').count()).toBe(3)
})

test('an upload that breaks off goes on where it stopped', async () => {
  const page = await open()
  const file = join(scene.folder, 'big.bin')
  writeFileSync(file, randomBytes(24 * MEBIBYTE))
  const pieces: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') pieces.push(Number(request.headers()['upload-offset']))
  })
  const slow = await page.context().newCDPSession(page)
  const speed = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 6 * MEBIBYTE }
  await slow.send('Network.enable')
  await slow.send('Network.emulateNetworkConditions', speed)
  await visit(page, '/data/new')
  await page.getByLabel('Choose files to send').setInputFiles([file])
  await page.getByRole('button', { name: 'Make the data set' }).click()
  await page.getByText(/left$/).waitFor()
  await keep(page, 'upload-sending')
  await page.getByRole('button', { name: 'Stop for now' }).click()
  await page.getByText('What came is kept at the station').waitFor()
  await slow.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: -1 })
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'big' }).waitFor()
  await page.getByRole('button', { name: 'big.bin' }).waitFor()
  expect(pieces.at(-1), 'the last piece began behind what had come').toBeGreaterThan(0)
})
