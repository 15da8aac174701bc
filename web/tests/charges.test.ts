import { expect, test } from 'vitest'
import { inBrowser, keep, NARROW, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

test('from an organisation to a product, its burn-down and the jobs that it paid for', async () => {
  const page = await open(WIDE, scene.ada)
  await visit(page, `/organisations/${scene.organisation}`)
  await page.getByRole('link', { name: 'Charges' }).click()
  await page.waitForURL(`**/charges?organisation=${scene.organisation}`)
  const unit = page.getByRole('region', { name: 'Moorland Institute: Marshes' })
  const row = unit.getByRole('row').filter({ hasText: 'mapping' })
  await row.getByText('400', { exact: true }).first().waitFor()
  await keep(page, 'charges')
  await row.getByRole('link', { name: 'mapping' }).click()
  await page.getByRole('heading', { name: 'mapping', level: 1 }).waitFor()
  await page.getByText('400 of 1,000, at most 2,000').waitFor()
  const drawing = page.getByRole('img', { name: /Coins from .*: 400 until now, predicted/ })
  await drawing.locator('svg').waitFor()
  const charges = page.getByRole('region', { name: 'Charges' })
  await charges.getByRole('row').filter({ hasText: 'second sheet' }).getByText('charged').waitFor()
  await keep(page, 'product-burn-down')
  await page.getByRole('button', { name: 'Earlier' }).click()
  await page.waitForURL('**?prior=1')
  await page.getByText('0 of 1,000, at most 2,000').waitFor()
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByText('400 of 1,000, at most 2,000').waitFor()
})

test('who belongs to no unit sees no charges, and no product of others', async () => {
  const page = await open(NARROW, scene.newcomer)
  await visit(page, '/charges')
  await page.getByText('You see no unit').waitFor()
  await visit(page, `/products/${scene.product}`)
  await page.getByText('There is no product with this id, or you may not see it').waitFor()
  expect(await page.getByRole('region', { name: 'Charges' }).count()).toBe(0)
})
