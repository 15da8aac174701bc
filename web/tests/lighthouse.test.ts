import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import lighthouse, { desktopConfig } from 'lighthouse'
import { chromium, type BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM, FLAGS, report, signIn } from './browser'
import { scene } from './scene'

const LEAST = 0.95
const QUIET_MS = 5000 // the stream of news never ends: nobody waits for silence
const CATEGORIES = ['accessibility', 'best-practices']
const PAGES = { home: '/', data: '/data', dataset: `/data/${scene.dataset}`, run: `/runs/${scene.run}` }
const scores: Record<string, Record<string, number>> = {}
let context: BrowserContext
let port: number

beforeAll(async () => {
  port = await freePort()
  const args = [...FLAGS, `--remote-debugging-port=${String(port)}`]
  const profile = join(scene.folder, 'lighthouse')
  context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args, baseURL: scene.url })
  await signIn(await context.newPage(), scene.ada)
})

afterAll(async () => {
  await context.close()
  report('lighthouse', scores)
})

test.each(
  Object.entries(PAGES).flatMap(([name, path]) => [
    { name, path, form: 'desktop' },
    { name, path, form: '390' },
  ]),
)('$name at $form', async ({ name, path, form }) => {
  const screen = { mobile: true, width: 390, height: 844, deviceScaleFactor: 2, disabled: false }
  const mobile = { extends: 'lighthouse:default', settings: { screenEmulation: screen } }
  const flags = {
    port,
    onlyCategories: CATEGORIES,
    disableStorageReset: true,
    logLevel: 'error' as const,
    maxWaitForLoad: QUIET_MS,
  }
  const result = await lighthouse(scene.url + path, flags, form === 'desktop' ? desktopConfig : mobile)
  const found = Object.fromEntries(CATEGORIES.map((one) => [one, result?.lhr.categories[one]?.score ?? 0]))
  scores[`${name} ${form}`] = found
  expect(result?.lhr.finalDisplayedUrl).toBe(scene.url + path)
  const failed = Object.values(result?.lhr.audits ?? {}).filter((audit) => audit.score !== null && audit.score < 1)
  const why = failed.map((audit) => `${audit.id}: ${audit.title}`).join('\n')
  for (const category of CATEGORIES) expect(found[category], `${category}\n${why}`).toBeGreaterThanOrEqual(LEAST)
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port: free } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return free
}
