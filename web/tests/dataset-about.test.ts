import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, keep, NARROW, unsound, visit } from './browser'
import { scene } from './scene'

const open = inBrowser()
const PROOF = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }

/** Asks the station as the page itself would, with the session of who is signed in. */
async function ask(page: Page, method: string, path: string, body?: unknown): Promise<unknown> {
  return page.evaluate(
    async ([how, where, headers, what]) => {
      const answer = await fetch(`/api/v1${where}`, { method: how, headers, ...(what ? { body: what } : {}) })
      return answer.status === 204 ? null : ((await answer.json()) as unknown)
    },
    [method, path, PROOF, body === undefined ? '' : JSON.stringify(body)] as const,
  )
}

test('metadata is edited by the form of its schema, and what the station finds stands at its field', async () => {
  const page = await open()
  await visit(page, '/data')
  const schema = {
    type: 'object',
    properties: {
      instrument: { type: 'string', title: 'Instrument' },
      height: { type: 'number', title: 'Height in metres' },
    },
    required: ['instrument'],
  }
  const name = 'described'
  const made = (await ask(page, 'POST', '/datasets', { name })) as { id: string }
  const from = `${scene.dataset}@1`
  const files = [{ path: 'README.md', from_version: from }]
  await ask(page, 'POST', `/datasets/${made.id}/versions`, { files, metadata: { instrument: 'gauge' } })
  await visit(page, `/data/${made.id}?tab=about`)
  await page.getByRole('button', { name: 'More that can be done' }).click()
  await page.getByRole('menuitem', { name: 'Edit texts and schema' }).click()
  await page.getByLabel('Title').fill('Described by a schema')
  await page.getByLabel('JSON Schema of the metadata').fill('{"type": "obj')
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  await page.getByLabel('JSON Schema of the metadata').fill('{"type": "nothing known"}')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').getByText('Nothing was changed').waitFor()
  expect(await unsound(page, 'dataset-edit-1280')).toEqual([])
  await page.getByLabel('JSON Schema of the metadata').fill(JSON.stringify(schema))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText('Described by a schema', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Edit metadata' }).click()
  const instrument = page.getByLabel('Instrument')
  expect(await instrument.inputValue()).toBe('gauge')
  expect(await unsound(page, 'metadata-form-1280')).toEqual([])
  const stricter = { ...schema, properties: { ...schema.properties, instrument: { type: 'string', maxLength: 4 } } }
  await ask(page, 'PATCH', `/datasets/${made.id}`, { metadata_schema: stricter })
  await page.getByLabel('Height in metres').fill('12.5')
  await page.getByRole('button', { name: 'Save as version 2' }).click()
  await page.getByRole('alert').getByText('The metadata stayed as it was').waitFor()
  const field = page.locator('.mantine-InputWrapper-root, .mantine-TextInput-root', { has: instrument }).first()
  await field.getByText(/too long/).waitFor()
  await keep(page, 'metadata-fault-1280')
  await instrument.fill('eyes')
  await page.getByRole('button', { name: 'Save as version 2' }).click()
  await page.getByRole('rowheader', { name: 'height' }).waitFor()
  const version = (await ask(page, 'GET', `/datasets/${made.id}/versions/2`)) as Record<string, unknown>
  expect(version).toMatchObject({ metadata: { instrument: 'eyes', height: 12.5 }, file_count: 1 })
})

test('metadata without a schema is edited line by line', async () => {
  const page = await open()
  await visit(page, '/data')
  const made = (await ask(page, 'POST', '/datasets', { name: 'plain' })) as { id: string }
  const files = [{ path: 'README.md', from_version: `${scene.dataset}@1` }]
  await ask(page, 'POST', `/datasets/${made.id}/versions`, { files, metadata: { year: '2012' } })
  await visit(page, `/data/${made.id}?tab=about`)
  await page.getByRole('button', { name: 'Edit metadata' }).click()
  await page.getByRole('button', { name: 'Add a line' }).click()
  await page.getByLabel('Name of line 2').fill('heights')
  await page.getByLabel('Value of line 2').fill('[1, 2.5]')
  expect(await unsound(page, 'metadata-lines-1280')).toEqual([])
  await page.getByRole('button', { name: 'Save as version 2' }).click()
  await page.getByRole('rowheader', { name: 'heights' }).waitFor()
  const version = (await ask(page, 'GET', `/datasets/${made.id}/versions/2`)) as Record<string, unknown>
  expect(version['metadata']).toEqual({ year: '2012', heights: [1, 2.5] })
})

test('a version is cited and identified by texts to copy', async () => {
  const page = await open()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visit(page, `/data/${scene.dataset}?version=1&tab=about`)
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await page.getByRole('button', { name: 'Copy address' }).click()
  expect(await copied()).toBe(`${scene.url}/data/${scene.dataset}?version=1`)
  await page.getByRole('button', { name: 'Copy reference' }).click()
  expect(await copied()).toBe('weather@1')
  await page.getByRole('button', { name: 'Copy the citation' }).click()
  expect(await copied()).toMatch(/^Ada \(\d{4}\)\. Weather of Seattle \(version 1\)/)
  await page.getByText('BibTeX').click()
  await page.getByLabel('Citation as BibTeX').getByText('@misc{weather_1').waitFor()
  await page.getByText('CSL-JSON').click()
  const item = JSON.parse((await page.getByLabel('Citation as CSL-JSON').textContent()) ?? '') as object
  expect(item).toMatchObject({ type: 'dataset', version: '1' })
  expect(await unsound(page, 'dataset-about-1280')).toEqual([])
})

test('it says what took it, and leads to the tools that take it', async () => {
  const page = await open()
  await visit(page, `/data/${scene.dataset}?tab=uses`)
  const runs = page.getByRole('list', { name: 'Runs that took this version' })
  await runs.getByRole('link', { name: 'summary, version 1', exact: true }).waitFor()
  expect(await unsound(page, 'dataset-uses-1280')).toEqual([])
  await runs.getByRole('link', { name: scene.tool }).first().click()
  await page.waitForURL((url) => url.pathname.startsWith('/runs/'))
  await visit(page, `/data/${scene.dataset}?version=1&file=2012%2Fweather.csv`)
  await page.getByRole('button', { name: 'Run a tool on this file' }).click()
  expect(await unsound(page, 'dataset-takers-1280')).toEqual([])
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /Table summary/ })
    .click()
  await page.waitForURL((url) => url.pathname === `/tools/${scene.tool}/run`)
  await page.waitForFunction(() =>
    [...document.querySelectorAll('input')].some((field) => field.value === '2012/weather.csv'),
  )
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/runs/run-'))
})

test('who may only read is offered nothing else', async () => {
  const owner = await open()
  await visit(owner, '/data')
  const member = `/datasets/${scene.dataset}/members/${scene.newcomer.username}`
  await ask(owner, 'PUT', member, { role: 'reader' })
  try {
    const page = await open(NARROW, scene.newcomer)
    await visit(page, `/data/${scene.dataset}?tab=about`)
    await page.getByRole('button', { name: 'Run a tool on this' }).waitFor()
    for (const name of ['Edit metadata', 'Add label', 'More that can be done']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0)
    }
    expect(await page.getByRole('link', { name: 'Add files' }).count()).toBe(0)
    await page.getByRole('tab', { name: 'Members' }).click()
    await page.getByRole('rowheader', { name: scene.newcomer.username }).waitFor()
    expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0)
    expect(await unsound(page, 'dataset-reader-390')).toEqual([])
  } finally {
    await ask(owner, 'DELETE', member)
  }
})
