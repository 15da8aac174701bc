import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inBrowser, settled } from './browser'

const STATIC = fileURLToPath(new URL('../../src/fieldstation/facades/console/static', import.meta.url))
const FIRST_LOAD_BYTES = 250_000
const LATER_MS = 1500 // what is asked for behind the first view; the stream of news never ends
const open = inBrowser()

test('the first load brings at most 250 kB of script, compressed', async () => {
  const page = await open()
  const scripts = new Set<string>()
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname)
  })
  await page.reload()
  await settled(page)
  await page.waitForTimeout(LATER_MS)
  const sizes = [...scripts].map((path) => ({ path, bytes: compressed(path) }))
  const sum = sizes.reduce((bytes, script) => bytes + script.bytes, 0)
  console.log(`first load: ${String(sum)} bytes of script`)
  expect(scripts.size).toBeGreaterThan(0)
  expect(sum, JSON.stringify(sizes)).toBeLessThanOrEqual(FIRST_LOAD_BYTES)
})

function compressed(path: string): number {
  const packed = statSync(`${STATIC}${path}.gz`, { throwIfNoEntry: false })
  return (packed ?? statSync(`${STATIC}${path}`)).size
}
