import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()
const mark = Math.random().toString(36).slice(2, 6) // names are unique per owner

/** Makes a project by its dialog and waits for its page. */
async function made(page: Page, name: string): Promise<void> {
  await visit(page, '/projects')
  await page.getByRole('button', { name: 'New project' }).click()
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Make the project' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

function row(page: Page, name: string) {
  return page.getByRole('list', { name: 'Files' }).getByRole('listitem').filter({ hasText: name })
}

test('a project is made, renamed, shown to everybody, and removed with its name typed', async () => {
  const page = await open(WIDE, scene.tess)
  await made(page, `Short lived ${mark}`)
  await visit(page, '/projects')
  await page.getByRole('button', { name: 'New project' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(`Short lived ${mark}`)
  expect(await unsound(page, 'project-new-1280')).toEqual([])
  await page.getByRole('button', { name: 'Make the project' }).click()
  await dialog.getByText(`You have a project called Short lived ${mark}.`, { exact: true }).first().waitFor()
  expect(await dialog.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: `Short lived ${mark}` }).click()
  await page.getByRole('tab', { name: 'Settings' }).click()
  await page.getByLabel('Name of the project').fill(`Shorter ${mark}`)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('heading', { name: `Shorter ${mark}`, level: 1 }).waitFor()
  await page.getByRole('switch', { name: 'Everyone on this station may look' }).click()
  await page.getByRole('main').getByText('public', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove this project' }).click()
  const remove = page.getByRole('button', { name: 'Remove for good' })
  expect(await remove.isDisabled()).toBe(true)
  await page.getByRole('dialog').getByLabel('Name of the project').fill(`Shorter ${mark}`)
  await remove.click()
  await page.getByRole('heading', { name: 'Removal of a project', level: 1 }).waitFor()
  await page.getByText('Succeeded').first().waitFor()
  await visit(page, '/projects')
  expect(await page.getByRole('link', { name: `Shorter ${mark}` }).count()).toBe(0)
})

test('who may only look is offered nothing else, and a stranger learns nothing', async () => {
  const page = await open(WIDE, scene.newcomer)
  await visit(page, `/projects/${scene.project}`)
  await row(page, 'map.png').waitFor()
  expect(await page.getByRole('button', { name: 'New folder' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Add files' }).count()).toBe(0)
  expect(await page.getByRole('tab', { name: 'Settings' }).count()).toBe(0)
  await page.getByRole('button', { name: 'What can be done with map.png' }).click()
  expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Download'])
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Members' }).click()
  await page.getByText('may look').waitFor()
  expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0)
  const owner = await open(WIDE, scene.tess)
  await made(owner, `Not for all ${mark}`)
  const hidden = new URL(owner.url()).pathname
  await page.goto(hidden)
  await page.getByText('There is no project with this name or id, or you may not see it.').waitFor()
  await owner.getByRole('tab', { name: 'Members' }).click()
  await owner.getByLabel('User, group:name or everyone').fill(scene.newcomer.username)
  await owner.getByRole('button', { name: 'Share' }).click()
  await owner.getByRole('rowheader', { name: scene.newcomer.username }).waitFor()
  await visit(page, hidden)
  await page.getByText('No files yet').waitFor()
})
