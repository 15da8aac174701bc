import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { scene, type Account } from './scene'

const REPORTS = fileURLToPath(new URL('../reports/', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PATIENCE_MS = 20_000

export const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
export const CHROMIUM = process.env['FIELDSTATION_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

export interface Form {
  name: string
  width: number
  height: number
  /** The rules of axe to go by; all of them where none is named. */
  rules: readonly string[]
}

export const WIDE: Form = { name: '1280', width: 1280, height: 800, rules: [] }
export const NARROW: Form = {
  name: '390',
  width: 390,
  height: 844,
  rules: ['scrollable-region-focusable', 'target-size'],
}

/** Opens one browser for all tests of a file; what it gives opens pages in it, signed in unless the account is null. */
export function inBrowser(): (form?: Form, account?: Account | null) => Promise<Page> {
  let browser: Browser
  const opened: BrowserContext[] = []
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(async () => {
    await Promise.all(opened.map((context) => context.close()))
    await browser.close()
  })
  return async (form = WIDE, account = scene.ada) => {
    const context = await browser.newContext({
      baseURL: scene.url,
      viewport: { width: form.width, height: form.height },
      colorScheme: 'light',
      reducedMotion: 'reduce', // nothing is judged half-way between two colours
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
    })
    context.setDefaultTimeout(PATIENCE_MS)
    opened.push(context)
    const page = await context.newPage()
    if (account) await signIn(page, account)
    return page
  }
}

/** Signs in as a person does, through the page of the issuer. */
export async function signIn(page: Page, account: Account, to = '/'): Promise<void> {
  await page.goto(`/session/login?to=${encodeURIComponent(to)}`)
  await page.getByLabel('Username').fill(account.username)
  await page.getByLabel('Password').fill(account.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname === to)
}

/** Goes to a path of the console and waits until it shows what it loads. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await settled(page)
}

/** Waits until the page has its heading and nothing in it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(
    () => !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root, .mantine-Loader-root'),
  )
}

/** Has the system of the reader prefer light or dark, and waits until the page follows. */
export async function looks(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  await page.waitForFunction((wanted) => document.documentElement.dataset['mantineColorScheme'] === wanted, scheme)
  await page.evaluate(async () => {
    const changing = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
    await Promise.allSettled(changing.map((animation) => animation.finished))
  })
}

/** Keeps a screenshot for people to look at. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(`${REPORTS}screens`, { recursive: true })
  await page.screenshot({ path: `${REPORTS}screens/${name}.png` })
}

/** Says what axe finds in the page that is serious or critical, one line for each kind of fault. */
export async function seriousFindings(page: Page, rules: readonly string[] = []): Promise<string[]> {
  await page.evaluate(AXE)
  const results = await page.evaluate(async (only) => {
    const axe = (window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe
    return axe.run(only.length > 0 ? { runOnly: only, resultTypes: ['violations'] } : { resultTypes: ['violations'] })
  }, rules)
  return results.violations
    .filter((found) => found.impact === 'serious' || found.impact === 'critical')
    .map((found) => `${found.id}: ${found.help}: ${found.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

/** Collects what the page complains about: errors of scripts, refusals of the policy, failed requests. */
export function complaints(page: Page): string[] {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(`${message.type()}: ${message.text()}`)
  })
  return found
}

/** Tells how far the page is wider than its window, in pixels; 0 where nothing has to be scrolled sideways. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Keeps a screenshot, and says what is not sound about the page: findings of axe, and parts beside the window. */
export async function unsound(page: Page, name: string, rules: readonly string[] = []): Promise<string[]> {
  await keep(page, name)
  const wide = await overflow(page)
  const found = await seriousFindings(page, rules)
  return [...found, ...(wide > 1 ? [`scrolls ${String(wide)} px sideways`] : [])].map((line) => `${name}: ${line}`)
}

/** Keeps figures for people to look at. */
export function report(name: string, figures: unknown): void {
  mkdirSync(REPORTS, { recursive: true })
  writeFileSync(`${REPORTS}${name}.json`, `${JSON.stringify(figures, null, 2)}\n`)
}
