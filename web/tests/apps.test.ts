import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, looks, NARROW, unsound, visit, WIDE } from './browser'
import { made, mark, row } from './project'
import { scene } from './scene'

const open = inBrowser()
const name = `desk ${mark}`

/** Looks at the page as it is now in both colours. */
async function sound(page: Page, what: string): Promise<void> {
  const found = await unsound(page, what)
  await looks(page, 'dark')
  found.push(...(await unsound(page, `${what}-dark`, ['color-contrast', 'link-in-text-block'])))
  await looks(page, 'light')
  expect(found).toEqual([])
}

test('an application is launched, opened in a tab of its own where it shows the files, stopped, and deleted', async () => {
  const page = await open(WIDE, scene.ada)
  await made(page, name)
  const chooser = page.getByLabel('Choose files to send')
  await chooser.setInputFiles({ name: 'rain.txt', mimeType: 'text/plain', buffer: Buffer.from('day,mm\n1,3\n') })
  await row(page, 'rain.txt').waitFor()
  await page.getByRole('tab', { name: 'Applications' }).click()
  await page.getByText('No application was launched in this project yet.').waitFor()
  await page.getByRole('button', { name: 'Launch File browser' }).click()
  await page.getByLabel('Name').fill('?')
  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  await page.getByText('It was not launched').waitFor()
  await page.getByLabel('Name').fill('Our files')
  await page.getByLabel('Hidden files').waitFor()
  await sound(page, 'app-launch')
  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  const opens = page.getByRole('link', { name: 'Open Our files in a new tab' })
  await opens.waitFor()
  await sound(page, 'apps')
  const [shown] = await Promise.all([page.context().waitForEvent('page'), opens.click()])
  await shown.getByRole('link', { name: 'rain.txt' }).click()
  await shown.getByText('day,mm').waitFor()
  expect(new URL(shown.url()).origin).not.toBe(new URL(page.url()).origin)
  await shown.close()
  await page.getByRole('button', { name: 'Stop Our files' }).click()
  await page.getByRole('button', { name: 'Stop it' }).click()
  await page.getByText('Completed').waitFor()
  await page.getByRole('button', { name: 'Delete Our files' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('No application was launched in this project yet.').waitFor()
})

test('applications of a project fit a narrow window', async () => {
  const page = await open(NARROW, scene.ada)
  await visit(page, '/projects')
  await page.getByRole('link', { name }).click()
  await page.getByRole('tab', { name: 'Applications' }).click()
  await page.getByRole('button', { name: 'Launch File browser' }).waitFor()
  expect(await unsound(page, 'apps-390', NARROW.rules)).toEqual([])
})
