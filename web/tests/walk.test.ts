import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, keep, NARROW, report, WIDE, type Form } from './browser'
import { scene } from './scene'

const MOST_CLICKS = 12
const TABLE = fileURLToPath(new URL('../../demo/seattle-weather.csv', import.meta.url))
const open = inBrowser()

/** Somebody who sees the page: clicks on what can be read there, by its role, and is counted. */
class Stranger {
  readonly clicks: string[] = []
  files = 0

  constructor(private readonly page: Page) {}

  /** Click on what has this role, and these very words to be read on it (or beside it, for a field). */
  async click(role: 'button' | 'link' | 'option' | 'combobox', words: string, within = this.page.locator('body')) {
    const target =
      role === 'combobox'
        ? within.getByLabel(new RegExp(`^${words}( \\*)?$`)).and(within.getByRole(role))
        : within.getByRole(role).filter({ hasText: new RegExp(`^${words}$`) })
    await target.waitFor({ state: 'visible' })
    this.clicks.push(words)
    await target.click()
  }

  async choose(button: string, path: string) {
    const chooser = this.page.waitForEvent('filechooser')
    await this.click('button', button)
    this.files += 1
    await (await chooser).setFiles(path)
  }

  async type(label: string, text: string) {
    await this.page.getByLabel(label).fill(text)
  }

  get main(): Locator {
    return this.page.getByRole('main')
  }
}

/** Open the address that was printed, and sign in there. */
async function arrive(form: Form): Promise<{ page: Page; stranger: Stranger }> {
  const page = await open(form, null)
  const stranger = new Stranger(page)
  await page.goto(scene.url)
  await stranger.click('link', 'Sign in')
  await stranger.type('Username', scene.ada.username)
  await stranger.type('Password', scene.ada.password)
  await stranger.click('button', 'Sign in')
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  return { page, stranger }
}

/** Wait until there is a picture in the window, not only in the page. */
async function seesPlot(page: Page): Promise<void> {
  const plot = page.getByRole('main').getByRole('img', { name: 'plot.svg' })
  await plot.waitFor({ state: 'visible' })
  const seen = await plot.evaluate(async (image: HTMLImageElement) => {
    await image.decode()
    const { top, bottom, width } = image.getBoundingClientRect()
    return { width, inWindow: Math.min(bottom, window.innerHeight) - Math.max(top, 0) }
  })
  expect(seen.width).toBeGreaterThan(250)
  expect(seen.inWindow).toBeGreaterThan(100)
}

test('from the address to a plot: upload data first, and run a tool on it', async () => {
  const { page, stranger } = await arrive(WIDE)
  await stranger.click('link', 'Upload data', stranger.main)
  await stranger.choose('Choose files', TABLE)
  await stranger.click('button', 'Make the data set', stranger.main)
  await page.getByRole('heading', { name: 'seattle-weather', level: 1 }).waitFor()
  await stranger.click('link', 'Tools', page.getByRole('navigation', { name: 'Main' }))
  await stranger.click('link', 'Table summary by month', stranger.main)
  await stranger.click('link', 'Run this tool', stranger.main)
  await stranger.click('combobox', 'Table', stranger.main)
  await stranger.click('option', 'seattle-weather')
  await stranger.click('button', 'Run', stranger.main)
  await seesPlot(page)
  told('by an upload', stranger)
})

describe.each([WIDE, NARROW])('at $name', (form) => {
  test('from the address to a plot: run a tool, and give it a file', async () => {
    const { page, stranger } = await arrive(form)
    await stranger.click('link', 'Run a tool', stranger.main)
    await stranger.click('link', 'Table summary by month', stranger.main)
    await stranger.click('link', 'Run this tool', stranger.main)
    await stranger.choose('Upload a file', TABLE)
    await page.getByRole('combobox', { name: 'File of Table' }).waitFor()
    await stranger.click('button', 'Run', stranger.main)
    await seesPlot(page)
    await keep(page, `walk-plot-${form.name}`)
    told(`by a tool at ${form.name}`, stranger)
  })
})

const walks: Record<string, string[]> = {}

/** Hold a walk to its bounds, and keep what was clicked. */
function told(walk: string, { clicks, files }: Stranger): void {
  walks[walk] = clicks
  report('walks', walks)
  expect(clicks.length, clicks.join(', ')).toBeLessThanOrEqual(MOST_CLICKS)
  expect(files).toBe(1)
}
