import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { inBrowser, keep, visit, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()

test('an operator makes a user, hears of a bad name at its field, and suspends them', async () => {
  const page = await open(WIDE, scene.operator)
  const name = `guest-${randomBytes(3).toString('hex')}`
  await visit(page, '/station/users')
  await page.getByLabel('Username').fill('Not A Name')
  await page.getByRole('button', { name: 'Make user' }).click()
  const field = page.getByRole('textbox', { name: 'Username' })
  await page.getByRole('alert').getByText('Nobody was added').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const described = (await field.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`[id="${described.split(' ').at(-1) ?? ''}"]`).innerText()).not.toBe('')
  await keep(page, 'station-users-fault')
  await field.fill(name)
  await page.getByRole('button', { name: 'Make user' }).click()
  await page.getByText(`Password of ${name}`).waitFor()
  await page.getByRole('button', { name: `What can be done about ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Suspend' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const row = page.getByRole('listitem').filter({ hasText: name })
  await row.getByText('suspended').waitFor()
  await page.getByRole('button', { name: `What can be done about ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Let in again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Let in' }).click()
  await row.getByText('suspended').waitFor({ state: 'detached' })
})

test('an operator sees what can be freed, and frees it after being asked', async () => {
  const page = await open(WIDE, scene.operator)
  const name = `old-${randomBytes(3).toString('hex')}`
  await page.evaluate(async (name) => {
    const headers = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }
    await fetch('/api/v1/datasets', { method: 'POST', headers, body: JSON.stringify({ name }) })
    const body = new FormData()
    body.append('files', new File(['x'.repeat(3000)], 'x.txt'))
    await fetch(`/api/v1/datasets/${name}/versions`, { method: 'POST', headers: { 'X-Fieldstation': '1' }, body })
    await fetch(`/api/v1/datasets/${name}`, { method: 'DELETE', headers })
  }, name)
  await visit(page, '/station/storage')
  const trash = page.getByRole('region', { name: 'In the trash' })
  await trash.getByRole('row').filter({ hasText: name }).getByText('2.9 KiB').waitFor()
  await keep(page, 'station-storage-trash')
  await page.getByRole('button', { name: 'Free it now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Free it' }).click()
  await page.getByRole('status').getByText('freed.').waitFor()
  await trash.getByRole('link', { name }).waitFor() // it keeps its time
})

test('an error that is not kept is said so, and the address can be sent on', async () => {
  const page = await open(WIDE, scene.operator)
  await visit(page, '/station/errors')
  await page.getByLabel('Id of an error or of a request').fill('request-of-nobody')
  await page.getByRole('button', { name: 'Find it' }).click()
  await page.getByRole('alert').getByText('No error with this id').waitFor()
  expect(new URL(page.url()).searchParams.get('error')).toBe('request-of-nobody')
})

test('everybody else sees which parts work, and nothing of people', async () => {
  const page = await open()
  for (const path of ['/station', '/station/users', '/station/storage', '/station/errors']) {
    await visit(page, path)
    await page.getByRole('region', { name: 'Parts' }).getByText('database').waitFor()
    expect(await page.getByText(scene.newcomer.username).count()).toBe(0)
  }
  await keep(page, 'station-visitor')
})
