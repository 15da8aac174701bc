import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { inBrowser, NARROW, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()
const mark = randomBytes(3).toString('hex')

test('an asset is made, attached, changed, and removed once no job is given it', async () => {
  const page = await open(WIDE, scene.ada)
  const name = `licence-${mark}`
  await visit(page, '/organisations')
  await page.getByRole('link', { name: 'Assets' }).click()
  await page.getByRole('button', { name: 'New asset' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Not a name')
  await dialog.getByText("Lower-case letters, digits and '-'", { exact: true }).waitFor()
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  await dialog.getByRole('combobox', { name: 'For jobs of' }).click()
  await page.getByRole('option', { name: 'A unit' }).click()
  await dialog.getByRole('combobox', { name: 'Which one' }).click()
  await page.getByRole('option', { name: 'Rivers' }).click()
  await dialog.getByLabel('Content', { exact: true }).fill('key=1')
  expect(await unsound(page, 'asset-new-1280')).toEqual([])
  await dialog.getByRole('button', { name: 'Make the asset' }).click()
  const row = page.getByRole('row').filter({ hasText: name })
  await row.getByText('unit Rivers').waitFor()
  await row.getByText('not attached').waitFor()

  await page.getByRole('button', { name: `Change ${name}` }).click()
  expect(await dialog.getByLabel('Content', { exact: true }).inputValue()).toBe('key=1')
  await dialog.getByRole('switch', { name: 'Given to jobs of this station' }).click()
  await dialog.getByLabel('Description').fill('For the solver')
  await dialog.getByLabel('File with the content').setInputFiles({
    name: 'key.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from([255, 0, 1]),
  })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await row.getByText('given to jobs').waitFor()
  await row.getByText('For the solver').waitFor()
  expect(await page.getByRole('button', { name: `Remove ${name}` }).count(), 'it is attached').toBe(0)
  const kept = await page.evaluate(async (wanted) => {
    const { items } = (await (await fetch('/api/v1/assets')).json()) as {
      items: { name: string; content_base64?: string }[]
    }
    return items.find((one) => one.name === wanted)?.content_base64
  }, name)
  expect(kept).toBe('/wAB')

  await page.getByRole('button', { name: `Change ${name}` }).click()
  await dialog.getByRole('switch', { name: 'Given to jobs of this station' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: `Remove ${name}` }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })
})

test('what is secret is not told again, and a stranger sees nothing of it', async () => {
  const page = await open(NARROW, scene.tess)
  const name = `token-${mark}`
  await visit(page, '/assets')
  await page.getByRole('button', { name: 'New asset' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  await dialog.getByLabel('Content', { exact: true }).fill('hush hush')
  await dialog.getByRole('checkbox', { name: 'Secret' }).check()
  await dialog.getByRole('button', { name: 'Make the asset' }).click()
  await page.getByRole('row').filter({ hasText: name }).getByText('secret', { exact: true }).waitFor()
  await page.getByRole('button', { name: `Change ${name}` }).click()
  await dialog.getByText('Stays as it is while this is empty').waitFor()
  expect(await dialog.getByLabel('Content', { exact: true }).inputValue()).toBe('')
  expect(await page.content()).not.toContain('hush hush')
  expect(await unsound(page, 'asset-change-390', NARROW.rules)).toEqual([])
  const stranger = await open(WIDE, scene.newcomer)
  await visit(stranger, '/assets')
  await stranger.getByText('No assets yet').waitFor()
  expect(await stranger.getByText(name).count()).toBe(0)
})
