import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, looks, NARROW, signIn, unsound, visit, WIDE } from './browser'
import { scene, type Account } from './scene'

const open = inBrowser()

/** Makes somebody by REST, as the operator whose page it is. */
async function person(page: Page, operator: boolean): Promise<Account> {
  const made = { username: `guest-${randomBytes(3).toString('hex')}`, password: randomBytes(12).toString('hex') }
  const status = await page.evaluate(
    async (body) => {
      const headers = { 'Content-Type': 'application/json', 'X-Fieldstation': '1' }
      return (await fetch('/api/v1/users', { method: 'POST', headers, body: JSON.stringify(body) })).status
    },
    { ...made, operator },
  )
  expect(status).toBe(201)
  return made
}

/** Looks at the page as it is now in both colours. */
async function sound(page: Page, what: string): Promise<void> {
  const found = await unsound(page, what)
  await looks(page, 'dark')
  found.push(...(await unsound(page, `${what}-dark`, ['color-contrast', 'link-in-text-block'])))
  await looks(page, 'light')
  expect(found).toEqual([])
}

test('an operator keeps a secret that is never shown again, and removes it', async () => {
  const page = await open(WIDE, scene.operator)
  const name = `mine-${randomBytes(3).toString('hex')}`
  await visit(page, '/station/secrets')
  await page.getByLabel('Name').fill('no name!')
  await page.getByLabel('Key').fill('password')
  await page.getByLabel('Value').fill('correct horse')
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('alert').getByText('Nothing was kept').waitFor()
  expect(await page.getByRole('textbox', { name: 'Name' }).getAttribute('aria-invalid')).toBe('true')
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('status').getByText(`${name}/password is kept.`).waitFor()
  const line = page.getByRole('row').filter({ hasText: name })
  await line.getByText(scene.operator.username).waitFor()
  expect(await page.content()).not.toContain('correct horse')
  await sound(page, 'station-secrets-kept')
  await page.getByRole('button', { name: `Remove ${name}/password` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await line.waitFor({ state: 'detached' })
})

/** An archive as tar writes it, of plain files. */
function tar(files: Record<string, Buffer>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => {
    const head = Buffer.alloc(512)
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
    head.write(path, 0)
    head.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}${octal(content.length, 11)}${octal(0, 11)}`, 100)
    head.write(`${' '.repeat(8)}0`, 148)
    head.write('ustar\u000000', 257)
    const sum = head.reduce((all, byte) => all + byte, 0)
    head.write(octal(sum, 6), 148)
    return [head, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** What `docker save` writes of an image with one file. */
function saved(greeting: string): Buffer {
  const layer = tar({ greeting: Buffer.from(greeting) })
  const plain = `sha256:${createHash('sha256').update(layer).digest('hex')}`
  const config = { os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [plain] } }
  const manifest = [{ Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] }]
  const text = (value: unknown) => Buffer.from(JSON.stringify(value))
  return tar({ 'manifest.json': text(manifest), 'config.json': text(config), 'layer.tar': layer })
}

test('an operator brings an image from a file, sees why another does not come, and removes it', async () => {
  const page = await open(WIDE, scene.operator)
  const name = `docker.io/acme/greet-${randomBytes(3).toString('hex')}`
  const file = (called: string, content: Buffer) => {
    writeFileSync(join(scene.folder, called), content)
    return join(scene.folder, called)
  }
  const bring = async (reference: string, archive: string) => {
    await page.getByLabel('Name of the image').fill(reference)
    await page.locator('input[type=file]').setInputFiles(archive)
    await page.getByRole('button', { name: 'Bring it' }).click()
  }
  await visit(page, '/station/images')
  await page.getByLabel('Name of the image').fill('elsewhere.example/acme/greet:1')
  await page.getByRole('button', { name: 'Bring it' }).click()
  await page.getByRole('alert').getByText('this station asks no registry at elsewhere.example').first().waitFor()
  expect(await page.getByLabel('Name of the image').getAttribute('aria-invalid')).toBe('true')
  await page.getByText('From a file').click()
  await bring('No Name!', file('saved.tar', saved('hello')))
  await page.getByRole('alert').getByText('is no name of an image').first().waitFor()
  await bring(`${name}:1`, file('none.tar', Buffer.from('no archive at all')))
  const asked = (tag: string) => page.getByRole('group', { name: `${name}:${tag}`, exact: true })
  await asked('1').getByText('Failed').waitFor({ timeout: 60_000 })
  await asked('1').getByText('cannot be unpacked').waitFor()
  await bring(`${name}:2`, file('saved.tar', saved('hello')))
  await asked('2').getByText('Succeeded').waitFor({ timeout: 60_000 })
  const line = page
    .getByRole('table', { name: 'Images' })
    .getByRole('row')
    .filter({ hasText: `${name}:2` })
  await line.getByText(/oci:sha256:[0-9a-f]{12}…/).waitFor()
  await line.getByText(scene.operator.username).waitFor()
  await sound(page, 'station-images-brought')
  await page.setViewportSize({ width: NARROW.width, height: NARROW.height })
  expect(await unsound(page, 'station-images-brought-390', NARROW.rules)).toEqual([])
  await page.setViewportSize({ width: WIDE.width, height: WIDE.height })
  await asked('1').getByRole('link').click()
  await page.getByRole('status', { name: 'State of the task' }).getByText('cannot be unpacked').waitFor()
  await page.goBack()
  await page.getByRole('button', { name: `Remove ${name}:2` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await line.waitFor({ state: 'detached' })
})

test('an operator sets the rate of a job, and sees what it was before', async () => {
  const page = await open(WIDE, scene.operator)
  await visit(page, '/station/rates')
  const list = page.getByRole('list', { name: 'Jobs and their rates' })
  const set = page.getByRole('button', { name: 'Set the rate of im-test/count-lines@1.0.0' })
  await set.click()
  await page.getByLabel('Coins for a thousand').fill('0')
  await page.getByLabel('Comment').fill('as agreed')
  await page.getByRole('button', { name: 'Set the rate', exact: true }).click()
  await list.getByRole('listitem').filter({ hasText: 'count-lines' }).getByText('0', { exact: true }).waitFor()
  await set.click()
  await page.getByRole('table', { name: 'Rates until now' }).getByText('as agreed').first().waitFor()
  await sound(page, 'station-rates-set')
})

test('a manifest that cannot be read says why, and what failed is listed', async () => {
  const page = await open(WIDE, scene.operator)
  await visit(page, '/station/manifests')
  await page.getByLabel('Address').fill('https://elsewhere.example/manifest.yaml')
  await page.getByRole('button', { name: 'Load it' }).click()
  await page.getByRole('alert').getByText('It was not loaded').waitFor()
  await sound(page, 'station-manifests-refused')
})

test('an operator acts as somebody, is told so on every page, and becomes themselves again', async () => {
  const first = await open(WIDE, scene.operator)
  const [olga, mona] = [await person(first, true), await person(first, false)]
  const page = await open(WIDE, null)
  await signIn(page, olga)
  await visit(page, '/station/users')
  await page.getByRole('button', { name: `What can be done about ${mona.username}` }).click()
  await page.getByRole('menuitem', { name: 'Act as them' }).click()
  const note = page.getByRole('status', { name: 'Acting' })
  await note.getByText(`You are ${olga.username} and act as ${mona.username}`).waitFor()
  await page.getByRole('button', { name: `Account of ${mona.username}` }).waitFor()
  expect(await page.getByRole('link', { name: 'Station', exact: true }).count()).toBe(0)
  await sound(page, 'acting')
  await visit(page, '/tokens')
  await page.getByLabel('What it is for').fill('mine')
  await page.getByRole('button', { name: 'Make token' }).click()
  await page.getByRole('alert').getByText('A token is for its own person').waitFor()
  await page.setViewportSize({ width: NARROW.width, height: NARROW.height })
  expect(await unsound(page, 'acting-390', NARROW.rules)).toEqual([])
  await note.getByRole('button', { name: `Be ${olga.username} again` }).click()
  await page.getByRole('button', { name: `Account of ${olga.username}` }).click()
  await page.getByRole('menuitem', { name: 'Be no admin at the Data Manager' }).click()
  await page.getByRole('menuitem', { name: 'Be admin at the Data Manager' }).waitFor()
  expect(await note.count()).toBe(0)
})

test('everybody sees their own calls, operators those of all', async () => {
  const operators = await open(WIDE, scene.operator)
  const mona = await person(operators, false)
  const page = await open(WIDE, null)
  await signIn(page, mona)
  const status = await page.evaluate(async () => {
    const body = new FormData()
    body.append('private', 'true')
    const headers = { 'X-Fieldstation': '1' }
    return (await fetch('/data-manager-api/user/account', { method: 'PATCH', headers, body })).status
  })
  expect(status).toBe(204)
  await expect.poll(() => kept(page), { timeout: 20_000 }).toBe(1)
  await page.getByRole('button', { name: `Account of ${mona.username}` }).click()
  await page.getByRole('menuitem', { name: 'Your API calls' }).click()
  await page.getByRole('listitem').getByText('PATCH /user/account').waitFor()
  await visit(operators, '/station/calls')
  await operators.getByLabel('Username').fill(mona.username)
  await operators.getByRole('button', { name: 'Show' }).click()
  await operators.getByRole('listitem').getByText(`${mona.username}, `).waitFor()
  await sound(operators, 'station-calls-user')
})

/** How many calls of the reader are kept by now: that is done a moment after they ended. */
async function kept(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const answer = (await (await fetch('/api/v1/calls')).json()) as { items: unknown[] }
    return answer.items.length
  })
}
