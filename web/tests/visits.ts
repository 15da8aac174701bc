import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { complaints, inBrowser, looks, unsound, visit, WIDE, type Form } from './browser'
import { scene, type Account } from './scene'

const FULL = Boolean(process.env['FIELDSTATION_TEST_SOAK'])

/** For each route of the router, an address where it has something to show. */
export const VISITS: Record<string, string> = {
  '/': '/',
  '/data': '/data',
  '/data/new': '/data/new',
  '/data/$dataset': `/data/${scene.dataset}?version=1`,
  '/data/$dataset/add': `/data/${scene.dataset}/add`,
  '/molecules': '/molecules?q=c1ccccc1',
  '/runs': '/runs',
  '/runs/$run': `/runs/${scene.run}`,
  '/runs/$run/compare/$other': `/runs/${scene.run}/compare/${scene.failed}`,
  '/tasks': '/tasks',
  '/tasks/$task': `/tasks/${scene.task}`,
  '/tools': '/tools',
  '/tools/$tool': `/tools/${scene.tool}`,
  '/tools/$tool/run': `/tools/${scene.tool}/run`,
  '/organisations': '/organisations',
  '/organisations/$organisation': `/organisations/${scene.organisation}`,
  '/units/$unit': `/units/${scene.unit}`,
  '/products/$product': `/products/${scene.product}`,
  '/charges': '/charges',
  '/activity': '/activity',
  '/projects': '/projects',
  '/projects/$project': `/projects/${scene.project}`,
  '/assets': '/assets',
  '/workflows': '/workflows',
  '/workflows/$workflow': `/workflows/${scene.workflow}`,
  '/workflows/$workflow/run': `/workflows/${scene.workflow}/run`,
  '/running-workflows/$running': `/running-workflows/${scene.running}`,
  '/instances/$instance': '/instances/no-such-data', // one that there is leads to its project
  '/station': '/station',
  '/station/users': '/station/users',
  '/station/storage': '/station/storage',
  '/station/errors': '/station/errors',
  '/station/manifests': '/station/manifests',
  '/station/images': '/station/images',
  '/station/rates': '/station/rates',
  '/station/secrets': '/station/secrets',
  '/station/calls': '/station/calls',
  '/calls': '/calls',
  '/tokens': '/tokens',
}

/** Further states of these pages that people meet. */
const MORE: Record<string, string> = {
  'data-trash': '/data?trashed=true',
  'data-nothing': '/data?search=no-such-name',
  'dataset-about': `/data/${scene.dataset}?version=1&tab=about`,
  'dataset-versions': `/data/${scene.dataset}?tab=versions`,
  'dataset-lineage': `/data/${scene.result}?tab=lineage`,
  'dataset-molecules': `/data/${scene.molecules}?tab=molecules`,
  'dataset-molecules-none': `/data/${scene.dataset}?tab=molecules`,
  'molecules-similar': '/molecules?kind=similar&q=OC(%3DO)c1ccccc1O&threshold=0.3',
  'molecules-nothing': '/molecules',
  'dataset-uses': `/data/${scene.dataset}?tab=uses`,
  'dataset-members': `/data/${scene.dataset}?tab=members`,
  'dataset-many': `/data/${scene.many.name}`,
  'dataset-gone': '/data/no-such-data',
  'preview-table': `/data/${scene.dataset}?version=1&file=2012%2Fweather.csv`,
  'preview-image': `/data/${scene.dataset}?version=1&file=map.png`,
  'preview-json': `/data/${scene.dataset}?version=1&file=stations.json`,
  'preview-pdf': `/data/${scene.dataset}?version=1&file=report.pdf`,
  'preview-none': `/data/${scene.dataset}?version=1&file=raw.bin`,
  'run-failed': `/runs/${scene.failed}`,
  'project-runs': `/projects/${scene.project}?tab=runs`,
  'project-members': `/projects/${scene.project}?tab=members`,
  'project-settings': `/projects/${scene.project}?tab=settings`,
  'project-folder': `/projects/${scene.project}?folder=results%2Fmay`,
  'project-preview': `/projects/${scene.project}?file=2012%2Fweather.csv`,
  'project-gone': '/projects/no-such-data',
  'product-before': `/products/${scene.product}?prior=1`,
  'product-gone': '/products/no-such-data',
  'activity-nothing': '/activity?kind=charge&from=2001-01-01&until=2001-01-02',
  'tasks-open': '/tasks?open=true',
  'task-gone': '/tasks/no-such-data',
  'no-such-page': '/no/such/page',
}

/** What a route is called among the screenshots. */
export function nameOf(route: string): string {
  return route === '/' ? 'home' : route.slice(1).replaceAll('$', '').replaceAll('/', '-')
}

/** What only operators see whole. */
function isFor(account: Account, path: string): boolean {
  return path.startsWith('/station') === (account === scene.operator)
}

const EVERY_RULE: readonly string[] = []
const COLOURS = ['color-contrast', 'link-in-text-block']

/**
 * Pages of routes are looked at by every rule where it is wide and light, else by what the form and the colours change;
 * with the full counts by every rule in each form and scheme. Their further states are looked at by what changes.
 */
function rulesFor(form: Form, path: string, scheme: string): readonly string[] {
  const changed = scheme === 'dark' ? COLOURS : form.rules
  const whole = Object.values(VISITS).includes(path)
  if (whole && (FULL || (form === WIDE && scheme === 'light'))) return EVERY_RULE
  return whole ? [...new Set([...COLOURS, ...changed])] : changed
}

/** Adds the tests that look at the page of every route in one form, light and dark. */
export function lookAtRoutes(form: Form): void {
  lookAt(
    form,
    Object.entries(VISITS).map(([route, path]) => [nameOf(route), path]),
  )
}

/** Adds the tests that look at further states of pages. */
export function lookAtStates(form: Form): void {
  lookAt(form, Object.entries(MORE))
}

function lookAt(form: Form, pages: readonly (readonly [name: string, path: string])[]): void {
  const open = inBrowser()
  const accounts = [
    ['who works here', scene.ada],
    ['operators', scene.operator],
  ] as const
  for (const [who, account] of accounts) {
    const theirs = pages.filter(([, path]) => isFor(account, path))
    if (theirs.length === 0) continue
    describe(`of ${who}, ${form.name} wide: axe finds nothing serious, nothing is beside the window or complained of`, () => {
      let page: Page
      let said: string[]
      beforeAll(async () => {
        page = await open(form, account)
        said = complaints(page)
      })
      test.each(theirs)('%s', async (name, path) => {
        said.length = 0
        await visit(page, path)
        const faults: string[] = []
        for (const scheme of ['light', 'dark'] as const) {
          await looks(page, scheme)
          const shown = `${name}-${form.name}${scheme === 'dark' ? '-dark' : ''}`
          faults.push(...(await unsound(page, shown, rulesFor(form, path, scheme))))
        }
        await looks(page, 'light')
        const expected = (line: string) => path.includes('no-such-data') && line.includes('404')
        expect([...faults, ...said.filter((line) => !expected(line))]).toEqual([])
      })
    })
  }
}
