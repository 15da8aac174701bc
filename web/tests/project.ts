import type { Locator, Page } from 'playwright-core'
import { visit } from './browser'

/** Names are unique per owner. */
export const mark = Math.random().toString(36).slice(2, 6)

/** Makes a project by its dialog and waits for its page. */
export async function made(page: Page, name: string): Promise<void> {
  await visit(page, '/projects')
  await page.getByRole('button', { name: 'New project' }).click()
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Make the project' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

/** Opens the menu of a file or folder and chooses from it. */
export async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `What can be done with ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** The line of a file or folder. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('list', { name: 'Files' }).getByRole('listitem').filter({ hasText: name })
}
