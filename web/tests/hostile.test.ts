import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inBrowser, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()
const FILES = ['page.html', 'drawing.svg', 'words.txt', 'strict.xhtml', 'feed.xml', 'script.js']
const TRY_MS = 300 // what a script that was let in would need to act, many times over
let page: Page // one for all tests: its session is what they are after

beforeAll(async () => {
  page = await open()
})

function address(file: string): string {
  return `/api/v1/datasets/${scene.hostile}/versions/1/files/${file}`
}

/** The tokens of who is signed in, asked for beside the page and whatever became of it. */
async function tokenNames(): Promise<string[]> {
  const answer = await page.request.get(`${scene.url}/api/v1/tokens`)
  const { items } = (await answer.json()) as { items: { name: string }[] }
  return items.map((token) => token.name)
}

/** Fails where a file could act: it renames the page it runs in, and makes a token in the name of who looks. */
async function nothingTaken(): Promise<void> {
  await page.waitForTimeout(TRY_MS)
  for (const frame of page.frames()) expect(await frame.title().catch(() => '')).not.toContain('reached')
  expect(await tokenNames()).not.toContain('stolen')
}

test('the console itself may make a token: what the files below try does work from its pages', async () => {
  await page.goto('/')
  await page.evaluate(async () => {
    await fetch('/api/v1/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Fieldstation': '1' },
      body: JSON.stringify({ name: 'made-by-the-console' }),
    })
  })
  expect(await tokenNames()).toContain('made-by-the-console')
})

describe.each(FILES)('%s', (file) => {
  test('does nothing at its own address', async () => {
    await page.goto(address(file)).catch(() => undefined) // a download ends the navigation
    await nothingTaken()
  })

  test('does nothing even where a browser would open what is to be saved', async () => {
    await page.route(`**${address(file)}`, async (route) => {
      const answer = await route.fetch()
      const headers = { ...answer.headers() }
      delete headers['content-disposition']
      await route.fulfill({ response: answer, headers })
    })
    const answer = await page.goto(address(file)).catch(() => null) // Chromium saves types that it cannot show
    await page.unroute(`**${address(file)}`)
    if (answer) expect(answer.headers()['content-security-policy']).toContain('sandbox')
    await nothingTaken()
  })

  test('does nothing in its preview', async () => {
    await visit(page, `/data/${scene.hostile}?file=${file}`)
    await nothingTaken()
  })
})

test.each(['page.html', 'drawing.svg', 'strict.xhtml', 'feed.xml', 'script.js'])(
  '%s is saved, never opened, by the link to download it and by its address',
  async (file) => {
    const byAddress = page.waitForEvent('download')
    await page.goto(address(file)).catch(() => undefined)
    expect((await byAddress).suggestedFilename()).toBe(file)
    await page.goto('/')
    const byLink = page.waitForEvent('download')
    await page.evaluate((path) => {
      const link = document.createElement('a')
      link.href = path
      link.target = '_blank'
      document.body.append(link)
      link.click()
    }, address(file))
    expect((await byLink).suggestedFilename()).toBe(file)
  },
)

test('no file of a data set is taken for a script or a style, even by the console itself', async () => {
  await page.goto('/')
  const refused = await page.evaluate(async (path) => {
    const loaded = (element: HTMLScriptElement) =>
      new Promise<string>((done) => {
        element.onload = () => done('loaded')
        element.onerror = () => done('refused')
        document.head.append(element)
      })
    const script = Object.assign(document.createElement('script'), { src: path })
    const module = Object.assign(document.createElement('script'), { src: `${path}?module`, type: 'module' })
    const worker = await navigator.serviceWorker.register(path).then(
      () => 'loaded',
      () => 'refused',
    )
    return [await loaded(script), await loaded(module), worker]
  }, address('script.js'))
  expect(refused).toEqual(['refused', 'refused', 'refused'])
  await nothingTaken()
})

test.each(['iframe', 'object', 'embed'])(
  'the console lets nothing in through <%s>, and no script of its own page',
  async (tag) => {
    await page.goto('/')
    const refused = await page.evaluate(
      ([path, name]) =>
        new Promise<boolean>((done) => {
          document.addEventListener('securitypolicyviolation', () => done(true))
          const frame = document.createElement(name)
          frame.setAttribute(name === 'object' ? 'data' : 'src', path)
          document.body.append(frame)
          const script = document.createElement('script')
          script.textContent = 'document.title = "reached"'
          document.body.append(script)
          setTimeout(() => done(false), 5000)
        }),
      [address('page.html'), tag] as const,
    )
    expect(refused).toBe(true)
    await nothingTaken()
  },
)

describe('a page of somebody else', () => {
  let server: Server
  let port: number
  beforeAll(async () => {
    server = createServer((asked, answer) => {
      answer.setHeader('Content-Type', 'text/html')
      answer.end(`<!doctype html><title>elsewhere</title>${decodeURIComponent((asked.url ?? '/').slice(1))}`)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => server.close())

  // The one is another origin of the same site, to which a browser sends the cookie; the other is another site.
  describe.each([new URL(scene.url).hostname, 'localhost'])('at %s', (host) => {
    const elsewhere = (html: string) => `http://${host}:${String(port)}/${encodeURIComponent(html)}`

    test.each(['/', '/data', address('page.html'), address('drawing.svg')])(
      'shows nothing of %s in a frame',
      async (path) => {
        await page.goto(elsewhere(`<iframe src="${scene.url}${path}"></iframe>`)).catch(() => undefined)
        await page.waitForTimeout(TRY_MS)
        const inside = page.frames().find((frame) => frame !== page.mainFrame())
        const text = await inside?.evaluate(() => document.body.innerText).catch(() => '')
        expect(text ?? '').not.toMatch(/Home|Sign in|page/)
        await nothingTaken()
      },
    )

    test('neither reads nor changes anything with the session of who looks at it', async () => {
      await page.goto(elsewhere('<p>prizes</p>'))
      const outcome = await page.evaluate(async (station) => {
        const tries = [
          fetch(`${station}/api/v1/tokens`, { credentials: 'include' }).then((answer) => answer.text()),
          fetch(`${station}/api/v1/tokens`, {
            method: 'POST',
            credentials: 'include',
            headers: { 'Content-Type': 'application/json', 'X-Fieldstation': '1' },
            body: JSON.stringify({ name: 'stolen' }),
          }),
          fetch(`${station}/api/v1/tokens`, {
            method: 'POST',
            mode: 'no-cors',
            credentials: 'include',
            headers: { 'Content-Type': 'text/plain' },
            body: JSON.stringify({ name: 'stolen' }),
          }),
        ]
        return (await Promise.allSettled(tries)).map((one) => one.status)
      }, scene.url)
      expect(outcome).toEqual(['rejected', 'rejected', 'fulfilled']) // the last is sent blindly, and refused
      await nothingTaken()
    })

    test('sends no form that does anything', async () => {
      const form = `<form method="post" action="${scene.url}/api/v1/tokens" enctype="text/plain">
        <input name='{"name":"stolen","x":"' value='"}'><button>Win</button></form>`
      await page.goto(elsewhere(form))
      await page.getByRole('button', { name: 'Win' }).click()
      await page.waitForURL(/\/api\/v1\/tokens$/)
      await nothingTaken()
    })
  })
})
