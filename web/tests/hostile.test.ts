import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser } from './browser'
import { scene } from './scene'

const open = inBrowser()

async function tokenNames(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const answer = await fetch('/api/v1/tokens')
    const { items } = (await answer.json()) as { items: { name: string }[] }
    return items.map((token) => token.name)
  })
}

function address(file: string): string {
  return `/api/v1/datasets/${scene.hostile}/versions/1/files/${file}`
}

test('the console itself may make a token: what the files below try does work from its pages', async () => {
  const page = await open()
  await page.evaluate(async () => {
    await fetch('/api/v1/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Fieldstation': '1' },
      body: JSON.stringify({ name: 'made-by-the-console' }),
    })
  })
  expect(await tokenNames(page)).toContain('made-by-the-console')
})

test.each(['page.html', 'drawing.svg'])('%s of a data set is saved, never opened', async (file) => {
  const page = await open()
  const saved = page.waitForEvent('download')
  await page.goto(address(file)).catch(() => undefined) // a download ends the navigation
  expect((await saved).suggestedFilename()).toBe(file)
  expect(await tokenNames(page)).not.toContain('stolen')
})

test.each(['page.html', 'drawing.svg'])('%s runs no script even where a browser would open it', async (file) => {
  const page = await open()
  await page.route(`**${address(file)}`, async (route) => {
    const answer = await route.fetch()
    const headers = { ...answer.headers() }
    delete headers['content-disposition']
    await route.fulfill({ response: answer, headers })
  })
  const answer = await page.goto(address(file))
  expect(answer?.headers()['content-security-policy']).toContain('sandbox')
  await page.waitForTimeout(500)
  expect(await page.title()).not.toContain('reached')
  await page.goto('/')
  expect(await tokenNames(page)).not.toContain('stolen')
})

test('the policy of the console lets no page be framed and no foreign script in', async () => {
  const page = await open()
  const refused = await page.evaluate(
    (path) =>
      new Promise<boolean>((done) => {
        document.addEventListener('securitypolicyviolation', () => done(true))
        const frame = document.createElement('iframe')
        frame.src = path
        document.body.append(frame)
        const script = document.createElement('script')
        script.textContent = 'document.title = "reached"'
        document.body.append(script)
        setTimeout(() => done(false), 5000)
      }),
    address('page.html'),
  )
  expect(refused).toBe(true)
  expect(await page.title()).not.toContain('reached')
})
