import { QueryClient } from '@tanstack/react-query'
import { describe, expect, test } from 'vitest'
import { createAppRouter } from '@/router/router'
import { complaints, DARK, inBrowser, NARROW, unsound, visit, WIDE, type Form } from './browser'
import { scene, type Account } from './scene'

/** For each route of the router, an address where it has something to show. */
const VISITS: Record<string, string> = {
  '/': '/',
  '/data': '/data',
  '/data/new': '/data/new',
  '/data/$dataset': `/data/${scene.dataset}?version=1`,
  '/data/$dataset/add': `/data/${scene.dataset}/add`,
  '/runs': '/runs',
  '/runs/$run': `/runs/${scene.run}`,
  '/runs/$run/compare/$other': `/runs/${scene.run}/compare/${scene.failed}`,
  '/tools': '/tools',
  '/tools/$tool': `/tools/${scene.tool}`,
  '/tools/$tool/run': `/tools/${scene.tool}/run`,
  '/station': '/station',
  '/tokens': '/tokens',
}

/** What only operators see. */
const FOR_OPERATORS = ['/station']

/** Further states of these pages that people meet. */
const MORE: Record<string, string> = {
  'data-trash': '/data?trashed=true',
  'data-nothing': '/data?name=no-such-name',
  'dataset-about': `/data/${scene.dataset}?version=1&tab=about`,
  'dataset-versions': `/data/${scene.dataset}?tab=versions`,
  'dataset-lineage': `/data/${scene.result}?tab=lineage`,
  'dataset-members': `/data/${scene.dataset}?tab=members`,
  'dataset-many': `/data/${scene.many.name}`,
  'dataset-gone': '/data/no-such-data',
  'preview-table': `/data/${scene.dataset}?version=1&file=2012%2Fweather.csv`,
  'preview-image': `/data/${scene.dataset}?version=1&file=map.png`,
  'preview-json': `/data/${scene.dataset}?version=1&file=stations.json`,
  'preview-none': `/data/${scene.dataset}?version=1&file=raw.bin`,
  'run-failed': `/runs/${scene.failed}`,
  'no-such-page': '/no/such/page',
}

const open = inBrowser()

test('every route of the router is visited here', () => {
  const routes = Object.keys(createAppRouter(new QueryClient()).routesByPath)
  expect(Object.keys(VISITS).sort()).toEqual(routes.sort())
})

function nameOf(route: string): string {
  return route === '/' ? 'home' : route.slice(1).replaceAll('$', '').replaceAll('/', '-')
}

/** The pages of the routes are looked at whole in every form, their further states by what the form changes. */
function rulesFor(form: Form, path: string): readonly string[] {
  return Object.values(VISITS).includes(path) ? [] : form.rules
}

const pages = [...Object.entries(VISITS).map(([route, path]) => [nameOf(route), path]), ...Object.entries(MORE)]

function isFor(account: Account, path: string): boolean {
  return FOR_OPERATORS.includes(path) === (account === scene.operator)
}

describe.each([WIDE, NARROW, DARK])('at $name', (form) => {
  test('every page is sound: axe finds nothing serious, nothing scrolls sideways, nothing is complained of', async () => {
    const faults: string[] = []
    for (const account of [scene.ada, scene.operator]) {
      const page = await open(form, account)
      const said = complaints(page)
      for (const [name = '', path = ''] of pages.filter(([, path]) => isFor(account, path ?? ''))) {
        said.length = 0
        await visit(page, path)
        faults.push(...(await unsound(page, `${name}-${form.name}`, rulesFor(form, path))))
        const expected = (line: string) => path.includes('no-such-data') && line.includes('404')
        faults.push(...said.filter((line) => !expected(line)).map((line) => `${name}: ${line}`))
      }
    }
    expect(faults).toEqual([])
  })
})

test('who has nothing yet is told the next steps', async () => {
  const page = await open(WIDE, scene.newcomer)
  for (const path of ['/', '/data', '/runs']) {
    await visit(page, path)
    expect(await unsound(page, `empty-${nameOf(path)}`)).toEqual([])
  }
})

test('every page has one skip link, its landmarks, and a heading that the tab is named for', async () => {
  const page = await open(WIDE, scene.operator)
  for (const path of ['/', '/data', '/data/new', '/runs', '/tools', `/tools/${scene.tool}`, '/station', '/tokens']) {
    await visit(page, path)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent), path).toBe('Skip to content')
    expect(await page.getByRole('main').count(), path).toBe(1)
    expect(await page.getByRole('navigation').count(), path).toBeGreaterThan(0)
    expect(await page.title(), path).toMatch(/ · Fieldstation$/)
  }
})
