import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, settled, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

/** What is said of a field, as a screen reader would tell it. */
async function saidOf(field: Locator): Promise<string> {
  await field.and(field.page().locator('[aria-invalid="true"]')).waitFor()
  return field.evaluate((one) =>
    (one.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.innerText ?? '')
      .join(' '),
  )
}

/** Have the browser send what the form itself would not let through, as an older page or a slower station might. */
async function tamper(page: Page, path: string, change: (body: Record<string, unknown>) => object): Promise<void> {
  await page.route(`**${path}`, (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    return route.continue({
      postData: JSON.stringify(change(route.request().postDataJSON() as Record<string, unknown>)),
    })
  })
}

test('a token that cannot be made: the faults stand at name and days', async () => {
  const page = await open(WIDE, scene.tess)
  await tamper(page, '/api/v1/tokens', () => ({ name: 'x\u0007', days: 100_000 }))
  await visit(page, '/tokens')
  await page.getByLabel('What it is for').fill('nightly')
  await page.getByRole('button', { name: 'Make token' }).click()
  await page.getByRole('alert').getByText('No token was made').waitFor()
  expect(await saidOf(page.getByRole('textbox', { name: 'Days it lives' }))).toContain('400')
  expect(await saidOf(page.getByRole('textbox', { name: 'What it is for' }))).not.toBe('')
  expect(await page.getByRole('alert').getByRole('listitem').count()).toBe(0) // told once, at the fields
  expect(await unsound(page, 'form-token-fault')).toEqual([])
})

test('a name that is taken is said at the name of the data set', async () => {
  const page = await open()
  await visit(page, '/data/new')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles({ name: 'weather.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') })
  await page.getByRole('button', { name: 'Make the data set' }).click()
  const name = page.getByRole('textbox', { name: 'Name' })
  expect(await saidOf(name)).toContain('weather')
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true)
})

test('a new data set names the unit that pays for it, and why one cannot stands at that field', async () => {
  const page = await open()
  const name = `paid-${Math.random().toString(36).slice(2, 8)}`
  await tamper(page, '/api/v1/datasets', (body) => ({ ...body, unit: 'no-such-unit' }))
  await visit(page, '/data/new')
  const file = { name: 'rivers.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') }
  await page.getByLabel('Choose files to send').setInputFiles(file)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  const paid = page.getByRole('combobox', { name: 'Paid by' })
  await paid.click()
  await page.getByRole('option', { name: 'Rivers of Moorland Institute' }).click()
  await page.getByRole('button', { name: 'Make the data set' }).click()
  expect(await saidOf(paid)).toContain('no unit')
  expect(await unsound(page, 'form-unit-fault')).toEqual([])
  await page.unroute('**/api/v1/datasets')
  const [asked] = await Promise.all([
    page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/api/v1/datasets')),
    page.getByRole('button', { name: 'Make the data set' }).click(),
  ])
  expect(asked.postDataJSON()).toMatchObject({ name, unit: scene.unit })
  await page.getByRole('heading', { name, level: 1 }).waitFor()
})

test('a run that is refused: the faults stand at parameter, input and place of the result', async () => {
  const page = await open()
  await tamper(page, '/api/v1/runs', (body) => ({ ...body, parameters: { statistic: 'mode' } }))
  await visit(page, `/tools/${scene.tool}/run`)
  await page.getByRole('combobox', { name: 'Table' }).fill('weather')
  await page.getByRole('option', { name: 'weather' }).click()
  await settled(page)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('alert').getByText('The run was not accepted').waitFor()
  await page
    .getByText(/mean.*sum|sum.*mean/)
    .first()
    .waitFor()
  expect(await unsound(page, 'form-run-fault')).toEqual([])
  await page.unroute('**/api/v1/runs')
  await page.getByRole('textbox', { name: 'Result goes to' }).fill('Not A Name')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  expect(await saidOf(page.getByRole('textbox', { name: 'Result goes to' }))).not.toBe('')
})
