import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, keep, seriousFindings, settled, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()

const state = (page: Page) => page.getByRole('status', { name: 'State of the run' })

/** Fills the form of a tool and sends it; ends on the page of the run. */
async function launch(page: Page, tool: string, fields: Record<string, string>): Promise<void> {
  await visit(page, `/tools/${tool}/run`)
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL(/\/runs\/run-/)
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel run' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click()
  await state(page).getByText('Canceled', { exact: true }).waitFor()
}

test('a run is launched from a form that says what it will take, and is watched live', async () => {
  const page = await open()
  await visit(page, '/tools/sleep/run')
  await page.getByLabel('Seconds', { exact: true }).fill('300')
  await page.getByLabel('Seconds between two lines', { exact: true }).fill('0.2')
  const quote = page.getByRole('region', { name: 'What it will take' })
  await quote.getByText('the tool says that it is not deterministic').waitFor()
  await quote.getByText(/free of/).waitFor()
  await quote.scrollIntoViewIfNeeded()
  expect(await seriousFindings(page)).toEqual([])
  await keep(page, 'launch-quote')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL(/\/runs\/run-/)

  await page
    .getByRole('region', { name: 'Lines of the log' })
    .getByText(/\d of 300 s$/)
    .first()
    .waitFor()
  await state(page).getByText('Running').waitFor() // a line came while the run was at work: it cannot be so after it
  await page.getByRole('img', { name: /^Memory over/ }).waitFor()
  expect(await state(page).textContent(), 'the curve came while the run was at work').toContain('Running')
  await keep(page, 'run-live')
  await page.getByText('The same as a table').click()
  await page.getByRole('columnheader', { name: 'Processors' }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await cancel(page)
  await page.getByText('stopped by SIGTERM').waitFor()
})

test('a run is changed and launched again; its result is seen, and of what it was made', async () => {
  const page = await open()
  await visit(page, `/runs/${scene.run}`)
  await page.getByRole('link', { name: 'Change and run' }).click()
  await settled(page)
  const quote = page.getByRole('region', { name: 'What it will take' })
  await quote.getByText('The result of an identical run will be used').waitFor()
  expect(await page.getByLabel('Result goes to').inputValue(), 'what was given is filled in').toBe('summary')
  await page.getByLabel('Result goes to').fill('rain-summary')
  await page.getByLabel('Title of the picture').fill(`Rain by month, ${Date.now()}`) // never drawn before
  await quote.getByText('It will run').waitFor()
  await quote.getByText(/version of .*rain-summary/).waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL(/\/runs\/run-/)
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByRole('link', { name: 'rain-summary' }).waitFor()
  await result.getByRole('img', { name: 'plot.svg' }).waitFor()
  await page
    .getByRole('region', { name: 'Inputs' })
    .getByRole('link', { name: 'Weather of Seattle, version 2' })
    .waitFor()
  await result.getByRole('button', { name: 'summary.csv' }).click()
  await result.getByRole('columnheader', { name: 'month' }).waitFor()
  await keep(page, 'run-result')
  await result.getByRole('link', { name: 'Lineage' }).click()
  await page.getByRole('link', { name: /^table-summary/ }).waitFor()
  await page.getByRole('link', { name: /^weather · 2/ }).click()
  await page.getByRole('heading', { name: /^weather/i, level: 1 }).waitFor()
})

test('a run is canceled', async () => {
  const page = await open()
  await launch(page, 'sleep', { Seconds: '600' })
  await state(page).getByText('Running').waitFor()
  await cancel(page)
  await state(page).getByText('It was canceled on request').waitFor()
})

test('a run that fails says why, whose fault it is and what to do; changed, it succeeds', async () => {
  const page = await open()
  await launch(page, 'fail', { 'Exit code': '3', Message: 'no such table' })
  await state(page).getByText('Failed').waitFor()
  const said = state(page)
  await said.getByText('exit code other than 0').waitFor()
  await said.getByText('Whose fault: the request, not the station').waitFor()
  await said.getByText('Next step:').waitFor()
  await page.getByRole('region', { name: 'Lines of the log' }).getByText('no such table').waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await keep(page, 'run-failed-live')
  await page.getByRole('link', { name: 'Change and run' }).click()
  await settled(page)
  const code = page.getByLabel('Exit code', { exact: true })
  expect(await code.inputValue()).toBe('3')
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('no such table')
  await code.fill('0')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL(/\/runs\/run-/)
  await state(page).getByText('Succeeded').waitFor()
  await page.getByRole('link', { name: 'Compare with the run before' }).click()
  await page.getByRole('heading', { name: 'They differ' }).waitFor()
})

test('a run is repeated and compared with the one before', async () => {
  const page = await open()
  await visit(page, `/runs/${scene.run}`)
  await page.getByRole('button', { name: 'Run again' }).click()
  await state(page).getByText('It repeats').waitFor()
  await state(page).getByText('Succeeded').waitFor()
  await page.goto(new URL(page.url()).pathname) // also for who comes by another way
  await page.getByRole('link', { name: 'Compare with the run before' }).click()
  await page.getByRole('heading', { name: 'Every byte is the same' }).waitFor()
})
