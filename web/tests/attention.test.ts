import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, looks, NARROW, settled, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

/** Submit a run as the page would; returns its id. */
async function submit(page: Page, tool: string, parameters: Record<string, unknown> = {}): Promise<string> {
  return page.evaluate(
    async (body) => {
      const headers = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }
      const answer = await fetch('/api/v1/runs', { method: 'POST', headers, body: JSON.stringify(body) })
      return ((await answer.json()) as { id: string }).id
    },
    { tool, parameters, reuse: false },
  )
}

function bell(page: Page, text: RegExp) {
  return page.getByRole('button', { name: text })
}

test('the bell tells live what is under way and what ended; the list leads there, and remembers what was looked at', async () => {
  const page = await open(WIDE, scene.tess)
  await bell(page, /Activity: 0 runs under way, 0 unread/).waitFor()
  const run = await submit(page, 'sleep', { seconds: 3 })
  await bell(page, /Activity: 1 run under way/).waitFor()
  await bell(page, /Activity/).click()
  const tray = page.getByRole('dialog', { name: 'Activity' })
  await tray
    .getByRole('region', { name: 'Under way' })
    .getByRole('link', { name: `sleep ${run.slice(-6)}` })
    .waitFor()
  await tray
    .getByRole('region', { name: 'Ended' })
    .getByRole('link', { name: `sleep ${run.slice(-6)} (unread)` })
    .waitFor()
  await page
    .getByRole('status', { name: 'What ended' })
    .getByText(`sleep ${run.slice(-6)}: succeeded.`)
    .waitFor({ state: 'attached' })
  expect(await unsound(page, 'tray-1280')).toEqual([])
  await looks(page, 'dark')
  expect(await unsound(page, 'tray-1280-dark')).toEqual([])
  await looks(page, 'light')
  await page.setViewportSize({ width: NARROW.width, height: NARROW.height })
  expect(await unsound(page, 'tray-390', NARROW.rules)).toEqual([])
  await page.setViewportSize({ width: WIDE.width, height: WIDE.height })
  await page.reload()
  await bell(page, /0 runs under way, 1 unread/).click() // nothing is forgotten by a reload
  await tray.getByRole('link', { name: /\(unread\)/ }).click()
  await page.getByRole('heading', { name: `sleep ${run.slice(-6)}` }).waitFor()
  await bell(page, /0 runs under way, 0 unread/).waitFor()
  await page.reload()
  await settled(page)
  await bell(page, /0 runs under way, 0 unread/).waitFor()
})

test('files on their way stand in the list, with how much of them came', async () => {
  const page = await open(WIDE, scene.tess)
  await page.evaluate(async () => {
    const headers = {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '2048',
      'Upload-Metadata': `filename ${btoa('rain.csv')}`,
      'Content-Type': 'application/offset+octet-stream',
      'X-Fieldstation': '1',
    }
    await fetch('/api/v1/uploads', { method: 'POST', headers, body: new Uint8Array(1024) })
  })
  await bell(page, /Activity/).click()
  const tray = page.getByRole('dialog', { name: 'Activity' })
  await tray.getByText('1 KiB of 2 KiB').waitFor()
  await tray.getByRole('link', { name: 'rain.csv' }).click()
  await page.getByRole('heading', { name: 'Add data' }).waitFor()
})

test('Home names what needs the reader, until they looked at it', async () => {
  const page = await open(WIDE, scene.tess)
  const run = await submit(page, 'fail')
  await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }
    await fetch('/api/v1/tokens', { method: 'POST', headers, body: JSON.stringify({ name: 'short-lived', days: 1 }) })
  })
  await visit(page, '/')
  const needs = page.getByRole('region', { name: 'Needs you' })
  await needs.getByRole('link', { name: `fail ${run.slice(-6)}` }).waitFor()
  await needs.getByText('short-lived').waitFor()
  expect(await unsound(page, 'home-needs')).toEqual([])
  await needs.getByRole('link', { name: `fail ${run.slice(-6)}` }).click()
  await page.getByRole('heading', { name: `fail ${run.slice(-6)}` }).waitFor()
  await page.getByRole('link', { name: 'Home' }).click()
  await needs.getByRole('link', { name: `fail ${run.slice(-6)}` }).waitFor({ state: 'detached' })
  await needs.getByText('short-lived').waitFor()
})
