import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, looks, NARROW, unsound, visit, WIDE } from './browser'
import { made, mark, row } from './project'
import { scene } from './scene'

const open = inBrowser()
const name = `bench ${mark}`

async function launchOf(page: Page, job: string): Promise<void> {
  await page.getByRole('tab', { name: 'Jobs' }).click()
  await page.getByLabel('Find a job').fill(job)
  await page.getByRole('button', { name: `Launch im-test/${job}@1.0.0` }).click()
}

/** Opens the menu of a launched job and chooses from it. */
async function about(page: Page, job: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `What can be done about ${job}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** Looks at the page as it is now in both colours. */
async function sound(page: Page, what: string): Promise<void> {
  const found = await unsound(page, what)
  await looks(page, 'dark')
  found.push(...(await unsound(page, `${what}-dark`, ['color-contrast', 'link-in-text-block'])))
  await looks(page, 'light')
  expect(found).toEqual([])
}

test('a job takes a file that is chosen in the project, tells its command before, and leads to what it made', async () => {
  const page = await open(WIDE, scene.ada)
  await made(page, name)
  const chooser = page.getByLabel('Choose files to send')
  await chooser.setInputFiles({ name: 'rain.csv', mimeType: 'text/csv', buffer: Buffer.from('day,mm\n1,3\n2,0\n') })
  await row(page, 'rain.csv').waitFor()
  await launchOf(page, 'count-lines')
  await page.getByText('Told as soon as the form has what the job needs.').waitFor()
  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  await page.getByRole('alert').getByText('One field needs your attention above.').waitFor()
  await page.getByRole('button', { name: 'Choose Text file' }).click()
  await sound(page, 'job-file')
  await page.getByRole('list', { name: 'Files to choose from' }).getByRole('button', { name: 'rain.csv' }).click()
  expect(await page.getByRole('textbox', { name: 'Text file', exact: true }).inputValue()).toBe('rain.csv')
  await page.getByLabel('Where to write the number').fill('lines-of-rain.txt')
  await page.getByRole('status', { name: 'Command' }).getByText('lines-of-rain.txt').waitFor()
  await page.getByText('It costs nothing here.').waitFor()
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByRole('switch', { name: 'Keep it for debugging' }).click()
  await sound(page, 'job-launch')
  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  await page.getByRole('status', { name: 'State of the job' }).getByText('Completed').waitFor()
  await page.getByText('kept for debugging').waitFor()
  await page.getByText('counted 3 lines of rain.csv').waitFor()
  await sound(page, 'job-done')
  await page.getByRole('region', { name: 'Outputs' }).getByRole('link', { name: 'lines-of-rain.txt' }).click()
  await page.getByRole('dialog').getByText('3', { exact: true }).waitFor()
})

test('a job is watched while it works and stopped, run again as before, archived, and deleted', async () => {
  const page = await open(WIDE, scene.ada)
  await visit(page, '/projects')
  await page.getByRole('link', { name }).click()
  await launchOf(page, 'event-test')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Morning run')
  await page.getByLabel('Number of events').fill('9000')
  await page.getByLabel('Seconds between two events').fill('0.5')
  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  const state = page.getByRole('status', { name: 'State of the job' })
  await state.getByText('Running').waitFor()
  await page.getByText('-EVENT- Event 2 of 9000').waitFor()
  await about(page, 'Morning run', 'Stop…')
  await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click()
  await state.getByText('Failed').waitFor()
  await about(page, 'Morning run', 'Run again…')
  expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Morning run')
  expect(await page.getByLabel('Number of events').inputValue()).toBe('9000')
  await page.getByRole('button', { name: 'Back to the jobs' }).click()
  const line = page
    .getByRole('list', { name: 'Launched jobs' })
    .getByRole('listitem')
    .filter({ hasText: 'Morning run' })
  await about(page, 'Morning run', 'Archive')
  await line.getByText('archived').waitFor()
  await sound(page, 'jobs')
  await about(page, 'Morning run', 'Archive no more')
  await line.getByText('archived').waitFor({ state: 'detached' })
  await about(page, 'Morning run', 'Delete…')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await line.waitFor({ state: 'detached' })
})

test('jobs of a project fit a narrow window', async () => {
  const page = await open(NARROW, scene.ada)
  await visit(page, '/projects')
  await page.getByRole('link', { name }).click()
  await page.getByRole('tab', { name: 'Jobs' }).click()
  await page.getByRole('button', { name: 'Launch im-test/count-lines@1.0.0' }).waitFor()
  expect(await unsound(page, 'jobs-390', NARROW.rules)).toEqual([])
  await page.getByRole('button', { name: 'Launch im-test/count-lines@1.0.0' }).click()
  await page.getByRole('button', { name: 'Choose Text file' }).waitFor()
  expect(await unsound(page, 'job-launch-390', NARROW.rules)).toEqual([])
})

test('what was charged and what is followed lead to the job; who may only look is told so', async () => {
  const page = await open(WIDE, scene.ada)
  await visit(page, `/products/${scene.product}`)
  await page.getByRole('link', { name: 'second sheet' }).click()
  await page.getByRole('status', { name: 'State of the job' }).getByText('Completed').waitFor()
  await page.getByText('200', { exact: true }).waitFor()
  await visit(page, '/tasks?purpose=instance')
  await page.getByRole('link', { name: 'Instance', exact: true }).last().click()
  await page.getByRole('link', { name: 'The launched job' }).click()
  await page.getByRole('status', { name: 'State of the job' }).waitFor()
  const stranger = await open(WIDE, scene.newcomer)
  await visit(stranger, `/projects/${scene.project}?tab=jobs`)
  await stranger.getByText('You may look, and launch nothing here').waitFor()
  expect(await stranger.getByRole('button', { name: 'Launch' }).count()).toBe(0)
})
