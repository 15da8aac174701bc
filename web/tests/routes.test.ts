import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { createAppRouter } from '@/router/router'
import { inBrowser, unsound, visit, WIDE } from './browser'
import { scene } from './scene'
import { nameOf, VISITS } from './visits'

const open = inBrowser()

test('every route of the router is visited by the tests that look at all of them', () => {
  const routes = Object.keys(createAppRouter(new QueryClient()).routesByPath)
  expect(Object.keys(VISITS).sort()).toEqual(routes.sort())
})

test('who has nothing yet is told the next steps', async () => {
  const page = await open(WIDE, scene.newcomer)
  for (const path of ['/', '/data', '/runs']) {
    await visit(page, path)
    expect(await unsound(page, `empty-${nameOf(path)}`)).toEqual([])
  }
})

test('who is not signed in is led to where they wanted to go', async () => {
  const page = await open(WIDE, null)
  await page.goto('/data')
  await page.getByRole('heading', { name: 'Sign in to this station' }).waitFor()
  expect(await unsound(page, 'sign-in')).toEqual([])
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('Username').waitFor()
  expect(await unsound(page, 'sign-in-issuer')).toEqual([])
  await page.getByLabel('Username').fill(scene.ada.username)
  await page.getByLabel('Password').fill(scene.ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Data', level: 1 }).waitFor()
})

test('every page has one skip link, its landmarks, and a heading that the tab is named for', async () => {
  const page = await open(WIDE, scene.operator)
  for (const path of Object.values(VISITS).filter((path) => !/dataset-|run-/.test(path))) {
    await visit(page, path)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent), path).toBe('Skip to content')
    expect(await page.getByRole('main').count(), path).toBe(1)
    expect(await page.getByRole('navigation').count(), path).toBeGreaterThan(0)
    expect(await page.title(), path).toMatch(/ · Fieldstation$/)
  }
})
