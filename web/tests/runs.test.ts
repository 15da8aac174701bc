import { expect, test } from 'vitest'
import { inBrowser, keep, NARROW, overflow, report, seriousFindings, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()
const STEPS = 80
const STEP = 600 // pixels
const SLOW_MS = 50

test('all that failed are counted with their reason, and each reason leads to its runs', async () => {
  const page = await open(WIDE, scene.crowd)
  await visit(page, '/runs?state=failed')
  const summary = page.getByRole('region', { name: 'All of these runs' })
  const failed = scene.crowd.runs / 20
  const scarce = failed / 100
  const grouped = (count: number) => new Intl.NumberFormat('en').format(count)
  await summary.getByText(`${grouped(failed)} failed, ${grouped(failed - scarce)} for the same reason`).waitFor()
  await summary.getByText('Whose fault: the request, not the station').waitFor()
  await summary.getByText('Next step:').waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await keep(page, 'runs-failed')
  await summary.getByRole('link', { name: 'it used more memory than its tool asks for' }).click()
  await summary.getByText(`${grouped(scarce)} failed, all for the same reason`).waitFor()
  const address = new URL(page.url()).searchParams
  expect([address.get('state'), address.get('reason')]).toEqual(['failed', 'out_of_memory'])
  await page.reload()
  await summary.getByText(`${grouped(scarce)} failed, all for the same reason`).waitFor()
  expect(await page.getByRole('combobox', { name: 'Reason' }).inputValue()).toBe('Out of memory')
  const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
  await rows.nth(1).getByText('it used more memory').waitFor()
})

test('runs are found by who submitted them and when', async () => {
  const page = await open()
  await visit(page, '/runs')
  const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
  await rows.nth(1).waitFor()
  await page.getByRole('button', { name: 'More filters' }).click()
  await page.getByLabel('Submitted by').pressSequentially('nobody-here', { delay: 60 })
  await page.getByText('No run fits these filters').waitFor()
  expect(await page.getByLabel('Submitted by').inputValue(), 'typing goes on where it was').toBe('nobody-here')
  await page.getByLabel('Submitted by').fill(scene.ada.username)
  await rows.nth(1).waitFor()
  await page.getByLabel('Submitted before').fill('2020-01-01T00:00')
  await page.getByLabel('Submitted before').blur()
  await page.getByText('No run fits these filters').waitFor()
  expect(new URL(page.url()).searchParams.get('until')).toContain('2019-12-31T23:00')
  await page.getByRole('button', { name: 'Show all runs' }).click()
  await rows.nth(1).waitFor()
  expect(new URL(page.url()).search).toBe('')
})

test('a list of very many runs keeps few rows in the page, and asks for at most one page per screen passed', async () => {
  const page = await open(WIDE, scene.crowd)
  const asked: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname === '/api/v1/runs' && url.searchParams.has('after')) asked.push(url.search)
  })
  await visit(page, '/runs')
  const table = page.getByRole('table', { name: 'Runs' })
  await table.getByRole('row').nth(1).waitFor()
  await keep(page, 'runs-crowd')
  await page.evaluate(() => {
    const frames: number[] = []
    let last = performance.now()
    const tick = (now: number) => {
      frames.push(now - last)
      last = now
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    Object.assign(window, { frames })
  })
  await table.hover()
  let most = 0
  for (let step = 0; step < STEPS; step += 1) {
    await page.mouse.wheel(0, STEP)
    await page.waitForTimeout(30)
    most = Math.max(most, await table.getByRole('row').count())
  }
  const { top, height } = await table.evaluate((box) => ({ top: box.scrollTop, height: box.clientHeight }))
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames)
  const screens = top / height
  const slow = frames.filter((length) => length > SLOW_MS).length
  const figures = {
    runs: scene.crowd.runs,
    screens: Math.round(screens),
    pages: asked.length,
    most_rows_in_page: most,
    frames: frames.length,
    frames_over_50_ms: slow,
    share_over_50_ms: Number((slow / frames.length).toFixed(4)),
  }
  report('run-list', figures)
  console.log(`run list: ${JSON.stringify(figures)}`)
  expect(screens, 'it did scroll').toBeGreaterThan(20)
  expect(most).toBeLessThan(200)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThanOrEqual(screens)
  expect(new Set(asked).size, 'no page is asked for twice').toBe(asked.length)
})

test('the list fits a narrow window', async () => {
  const page = await open(NARROW, scene.crowd)
  await visit(page, '/runs?state=failed&reason=exit_nonzero')
  await page.getByText(/for the same reason/).waitFor()
  await keep(page, 'runs-failed-390')
  expect(await overflow(page)).toBeLessThanOrEqual(1)
  expect(await seriousFindings(page)).toEqual([])
})
