import { expect, test } from 'vitest'
import { inBrowser, NARROW, seriousFindings, WIDE } from './browser'
import { scene } from './scene'

const open = inBrowser()
const DOORS = ['/data-manager-api', '/account-server-api']

test.each(DOORS)('%s/api lists every operation and asks nobody else for anything', async (door) => {
  const page = await open(NARROW)
  const asked: string[] = []
  const faults: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  await page.goto(`${door}/api`)
  await page.getByText('/user/account').first().waitFor()
  const described = await page.evaluate(async () => {
    const { paths } = (await (await fetch('openapi.json')).json()) as { paths: Record<string, object> }
    return Object.values(paths).reduce((sum, operations) => sum + Object.keys(operations).length, 0)
  })
  expect(await page.locator('details').count()).toBe(described)
  expect(asked.every((url) => url.startsWith(scene.url))).toBe(true)
  expect(faults).toEqual([])
  await page.getByText('GET /user/account').click()
  expect(await seriousFindings(page)).toEqual([])
})

test('an operation is tried by who is signed in, and by who gives a token', async () => {
  const page = await open(WIDE)
  await page.goto('/data-manager-api/api')
  await page.getByLabel('Find').fill('get /user/account')
  await page.getByText('GET /user/account').click()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText(`"username": "${scene.ada.username}"`).waitFor()
  await page.getByLabel('Token').fill('none')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('401').waitFor()
})

test('an operation that changes something takes the fields of a form', async () => {
  const page = await open(WIDE)
  await page.goto('/data-manager-api/api')
  await page.getByLabel('Find').fill('patch /user/account')
  await page.getByText('PATCH /user/account').click()
  await page.getByLabel('become_admin').fill('true')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('403').waitFor()
})
