import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { inBrowser, keep, looks, NARROW, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

test('what another does stands in the navigation and in the list without a reload, and can be narrowed', async () => {
  const name = `Heath ${randomBytes(3).toString('hex')}`
  const operator = await open(WIDE, scene.operator)
  await visit(operator, '/organisations')
  const page = await open(WIDE, scene.ada)
  await visit(page, '/activity')
  const badge = page.getByRole('navigation', { name: 'Main' }).getByLabel(/new$/)
  await badge.waitFor({ state: 'detached' })
  await visit(page, '/tasks')

  await operator.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await operator.getByLabel('Username of its owner').fill(scene.ada.username)
  await operator.getByRole('button', { name: 'Make organisation' }).click()
  await operator.getByRole('link', { name }).waitFor()

  await badge.getByText(/^\d+$/).waitFor()
  await page.getByRole('link', { name: /^Activity/ }).click()
  const row = page.getByRole('listitem').filter({ hasText: name })
  await row.getByText(`made the organisation ${name}`).waitFor()
  await badge.waitFor({ state: 'detached' })
  expect(await unsound(page, 'activity-list')).toEqual([])
  await keep(page, 'activity-wide')
  await looks(page, 'dark')
  await keep(page, 'activity-wide-dark')
  await page.getByRole('combobox', { name: 'About' }).click()
  await page.getByRole('option', { name: 'Charges' }).click()
  await row.waitFor({ state: 'detached' })
  expect(new URL(page.url()).searchParams.get('kind')).toBe('charge')
  await page.getByRole('button', { name: 'Show all' }).click()
  await row.getByRole('link', { name: 'See the organisation' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
})

test('a narrow window shows it too', async () => {
  const page = await open(NARROW, scene.ada)
  await visit(page, '/activity?kind=organisation')
  await page
    .getByText(/made the organisation/)
    .first()
    .waitFor()
  expect(await unsound(page, 'activity-narrow', NARROW.rules)).toEqual([])
  await keep(page, 'activity-narrow')
})
