import { expect, test } from 'vitest'
import { inBrowser, NARROW, unsound, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()
const STEP = (name: string, more: string) =>
  `- {name: ${name}, specification: {collection: im-test, job: event-test, version: 1.0.0, ${more}`
const TWO = [
  'kind: DataManagerWorkflow',
  "kind-version: '2025.2'",
  'name: two-steps',
  'variables:',
  '  options: {type: object, properties: {pause: {title: Seconds between events, type: number}}}',
  'steps:',
  STEP('first', 'variables: {events: 2}}, plumbing: [{variable: pause, from-workflow: {variable: pause}}]}'),
  STEP('second', 'variables: {events: 1}}, plumbing: [{variable: pause, from-step: {name: first, variable: pause}}]}'),
].join('\n')
const FAULTY = TWO.replace('name: first, variable: pause}}', 'name: other, variable: pause}}')

test('a workflow is written down, mended, versioned, run, watched without a reload, and taken from the list', async () => {
  const page = await open(WIDE, scene.tess)
  await visit(page, '/workflows')
  await page.getByText('No workflow yet').waitFor()
  await page.getByRole('button', { name: 'New workflow' }).click()
  const dialog = page.getByRole('dialog', { name: 'New workflow' })
  await dialog.getByLabel('Name').fill('Two steps')
  await dialog.getByLabel('Definition').fill(FAULTY)
  expect(await unsound(page, 'workflow-new')).toEqual([])
  await dialog.getByRole('button', { name: 'Keep the draft' }).click()
  await page.getByText("comes from a step 'other' that there is not").waitFor()
  expect(await unsound(page, 'workflow-faults')).toEqual([])

  await page.getByRole('button', { name: 'Change' }).click()
  await page.getByRole('dialog').getByLabel('Definition').fill(TWO)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Make a version' }).click()
  await page.getByRole('dialog').getByLabel('Version').fill('1.0.0')
  await page.getByRole('button', { name: 'Make the version' }).click()
  await page.getByText('version 1.0.0').waitFor()

  await page.getByRole('link', { name: 'Run', exact: true }).click()
  await page.getByLabel('Name of the run').fill('Watched')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('has no value').waitFor()
  expect(await unsound(page, 'workflow-run-refused')).toEqual([])
  await page.getByLabel('Seconds between events').fill('0.5')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL('**/running-workflows/*')
  const graph = page
    .getByRole('application', { name: 'Steps' })
    .or(page.getByLabel('Steps', { exact: true }))
    .first()
  await graph.getByText('Running').first().waitFor()
  expect(await unsound(page, 'workflow-running')).toEqual([])
  await page.getByRole('status', { name: 'State of the workflow' }).getByText('Succeeded').waitFor()
  await graph.getByRole('link', { name: 'second' }).click()
  await page.waitForURL('**/runs/*')
  await page.goBack()
  await page.getByRole('button', { name: 'Take from the list' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take it from the list' }).click()
  await page.getByText('None has run yet').waitFor()
})

test('what runs is stopped by hand, and says by whom', async () => {
  const page = await open(NARROW, scene.ada)
  await visit(page, `/workflows/${scene.workflow}/run`)
  await page.getByLabel('How many events').fill('10000')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL('**/running-workflows/*')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('status', { name: 'State of the workflow' }).getByText('Stopped', { exact: true }).waitFor()
  expect(await unsound(page, 'workflow-stopped', NARROW.rules)).toEqual([])
})
