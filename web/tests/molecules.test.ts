import { expect, test } from 'vitest'
import { inBrowser, keep, looks, NARROW, settled, unsound, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()

test('a part is searched for by keyboard, shown in the drawings, and leads to where the molecule is', async () => {
  const page = await open()
  await visit(page, '/molecules')
  await page.getByRole('searchbox', { name: 'A part of molecules, as SMARTS or SMILES' }).fill('c1ccccc1C(=O)O')
  await page.keyboard.press('Enter')
  const found = page.getByRole('list', { name: 'Molecules found' })
  await found.getByText('salicylic acid').waitFor()
  expect(await found.getByRole('listitem').count()).toBe(2)
  const drawing = found.getByRole('img', { name: 'Structure of aspirin' })
  await drawing.evaluate((image: HTMLImageElement) => image.decode())
  expect(await drawing.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
  expect(await unsound(page, 'molecules-part')).toEqual([])
  await found.getByRole('link', { name: 'drugs, version 1' }).first().click()
  await page.getByRole('list', { name: 'Molecules of this version' }).getByText('Not read:').waitFor()
  await looks(page, 'dark')
  expect(await unsound(page, 'dataset-molecules-dark')).toEqual([])
})

test('molecules like one come with how similar they are, and what is no structure is said', async () => {
  const page = await open(NARROW)
  await visit(page, '/molecules?kind=similar&threshold=0.3&q=OC(%3DO)c1ccccc1O')
  await page.getByText('similarity 1.00').waitFor()
  expect(await unsound(page, 'molecules-similar-390', NARROW.rules)).toEqual([])
  await visit(page, '/molecules?q=%5B%24(')
  await page.getByRole('alert').getByText('neither SMILES nor SMARTS').waitFor()
  await keep(page, 'molecules-refused-390')
})

test('who may edit has the molecules of a version be read', async () => {
  const page = await open()
  await visit(page, `/data/${scene.dataset}?tab=molecules`)
  await page.getByRole('button', { name: 'Read its molecules' }).click()
  await page.getByRole('alert').getByText('has no file of molecules').waitFor()
  await settled(page)
  expect(await unsound(page, 'dataset-molecules-none')).toEqual([])
})
