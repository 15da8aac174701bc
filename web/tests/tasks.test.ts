import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, NARROW, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

/** Make a project and remove it, as a page would; returns the task. */
async function removal(page: Page, name: string): Promise<string> {
  return page.evaluate(async (name) => {
    const headers = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }
    const made = await fetch('/api/v1/projects', { method: 'POST', headers, body: JSON.stringify({ name }) })
    const { id } = (await made.json()) as { id: string }
    const removed = await fetch(`/api/v1/projects/${id}`, { method: 'DELETE', headers })
    return ((await removed.json()) as { task: string }).task
  }, name)
}

test('a task comes into the list without a reload, is followed to its end, and removed', async () => {
  const page = await open(WIDE, scene.newcomer)
  await visit(page, '/tasks')
  await page.getByText('No tasks yet').waitFor()
  const task = await removal(page, 'short lived')
  const row = page.getByRole('listitem').filter({ hasText: 'Removal of a project' })
  await row.getByText('Succeeded').waitFor()
  await row.getByRole('link').click()
  await page.waitForURL(`**/tasks/${task}`)
  await page.getByRole('status', { name: 'State of the task' }).getByText('Succeeded').waitFor()
  const states = await page.getByRole('region', { name: 'States' }).getByRole('listitem').allTextContents()
  expect(states.map((state) => state.split(' ')[0])).toEqual(['Pending', 'Started', 'Succeeded'])
  expect(await page.title()).toBe('Removal of a project · Fieldstation')
  await page.getByRole('button', { name: 'Remove task' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove this task?' })
  await dialog.getByRole('button', { name: 'Keep it' }).waitFor()
  expect(await unsound(page, 'task-remove')).toEqual([])
  await dialog.getByRole('button', { name: 'Remove task' }).click()
  await page.getByText('No tasks yet').waitFor()
  await visit(page, `/tasks/${task}`)
  await page.getByText('This task cannot be shown').waitFor()
})

test('filters stand in the address', async () => {
  const page = await open(NARROW, scene.ada)
  await visit(page, '/tasks?purpose=project')
  await page.getByRole('link', { name: 'Removal of a project' }).first().waitFor()
  await page.getByLabel('Only what is not done').check()
  await page.getByText('No task is like that').waitFor()
  expect(new URL(page.url()).searchParams.get('open')).toBe('true')
  expect(await unsound(page, 'tasks-nothing', NARROW.rules)).toEqual([])
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('link', { name: 'Removal of a project' }).first().waitFor()
  expect(new URL(page.url()).search).toBe('')
})
