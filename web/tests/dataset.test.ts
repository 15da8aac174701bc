import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, unsound, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()
test('files are a tree: folders open on demand, by mouse and by keys, and the address keeps where one is', async () => {
  const page = await open()
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/tree?')) asked.push(new URL(request.url()).searchParams.get('folder') ?? '')
  })
  await visit(page, `/data/${scene.many.name}`)
  const tree = page.getByRole('tree', { name: 'Files' })
  const first = tree.getByRole('treeitem', { name: /^folder-00/ })
  await first.getByText(/^[\d,]+ files$/).waitFor()
  expect(asked).toEqual([''])
  await first.click()
  await tree.getByRole('treeitem', { name: /^000000\.txt/ }).waitFor()
  expect(await first.getAttribute('aria-expanded')).toBe('true')
  expect(new URL(page.url()).searchParams.get('at')).toBe('folder-00/')
  expect(asked).toEqual(['', 'folder-00/'])
  await page.reload()
  await tree.getByRole('treeitem', { name: /^000000\.txt/ }).waitFor()
  await tree.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByLabel('Contents of folder-00/000000.txt').waitFor()
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await tree.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await tree.getByRole('treeitem', { name: /^000000\.txt/ }).waitFor({ state: 'detached' })
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await tree.getByRole('treeitem', { name: /^000001\.txt/ }).waitFor()
  expect(await tree.getByRole('treeitem', { selected: true }).textContent()).toContain('folder-01')
})

test('a version of very many files keeps few rows in the page, and any beginning of a path is one field away', async () => {
  const page = await open()
  await visit(page, `/data/${scene.many.name}?at=folder-07%2F`)
  const pages: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/tree?')) pages.push(request.url())
  })
  const rows = page.getByRole('tree', { name: 'Files' }).getByRole('treeitem')
  await page.getByRole('treeitem', { name: /^000007\.txt/ }).waitFor()
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

test('files are looked into without being run', async () => {
  const page = await open()
  await visit(page, `/data/${scene.dataset}?version=1`)
  await page.getByRole('treeitem', { name: /^2012/ }).click()
  await page.getByRole('treeitem', { name: /^weather\.csv/ }).click()
  await page.getByRole('columnheader', { name: 'precipitation' }).waitFor()
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await page.getByRole('treeitem', { name: /^map\.png/ }).click()
  const image = page.getByRole('img', { name: 'map.png' })
  await image.waitFor()
  expect(await image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(160)
  await page.getByRole('button', { name: 'Close the preview' }).click()
  await page.getByRole('treeitem', { name: /^stations\.json/ }).click()
  await page.getByText('"Sea-Tac"').waitFor()
  await visit(page, `/data/${scene.hostile}?file=page.html`)
  await page.getByText("fetch('/api/v1/tokens'").waitFor()
  await visit(page, `/data/${scene.hostile}?file=drawing.svg`)
  await page.getByRole('img', { name: 'drawing.svg' }).waitFor()
  expect(await page.title()).not.toContain('reached')
})

test('a PDF is drawn page by page, and what it carries is not run', async () => {
  const page = await open()
  await visit(page, `/data/${scene.dataset}?version=1&file=report.pdf`)
  const sheet = page.getByRole('img', { name: 'Page 1 of report.pdf' })
  await page.getByText('First page of the report').waitFor({ state: 'attached' })
  expect(await inked(page)).toBeGreaterThan(100)
  await page.getByText('Page 1 of 2').waitFor()
  expect(await unsound(page, 'preview-pdf-1280')).toEqual([])
  await page.getByRole('button', { name: 'Next page' }).click()
  await page.getByText('Second page').waitFor({ state: 'attached' })
  await sheet.waitFor({ state: 'detached' })
  await page.waitForTimeout(300)
  expect(await page.title(), 'its script would rename the page').not.toContain('reached')
  const policy = await page.evaluate(async (path) => {
    const answer = await fetch(path)
    return [answer.headers.get('content-security-policy'), answer.headers.get('x-content-type-options')]
  }, `/api/v1/datasets/${scene.dataset}/versions/1/files/report.pdf`)
  expect(policy[0], 'at its own address it is a stranger to the console').toMatch(/(^|;)\s*sandbox/)
  expect(policy[1]).toBe('nosniff')
})

/** How many dots of the sheet are not white. */
async function inked(page: Page): Promise<number> {
  return page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const drawn = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    return [...(drawn ?? [])].filter((value, at) => at % 4 === 0 && value < 200).length
  })
}
