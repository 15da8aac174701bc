import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { readCharges, readPeriod } from '@/pages/charges/search'
import { readActivityFilters } from '@/pages/activity/filters'
import { readDataFilters } from '@/pages/data/filters'
import { readDatasetView } from '@/pages/dataset/search'
import { readMoleculeSearch } from '@/pages/molecules/search'
import { readRunFilters } from '@/pages/runs/filters'
import { readRunSearch } from '@/pages/run/given'
import { readLaunch } from '@/pages/launch/given'
import { readProjectView } from '@/pages/project/search'
import { readCallSearch } from '@/pages/calls/search'
import { readRateSearch } from '@/pages/station/rates/search'
import { readErrorSearch } from '@/pages/station/errors/search'
import { readTaskFilters } from '@/pages/tasks/filters'
import { readSearch } from '@/pages/tools/search'
import { Root } from '@/shell/Root'
import { NotFound, PageFailed } from '@/shell/Failures'

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('@/pages/home/Home'), 'Home'),
})

const data = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: readDataFilters,
  component: lazyRouteComponent(() => import('@/pages/data/Data'), 'Data'),
})

const newData = createRoute({
  getParentRoute: () => root,
  path: '/data/new',
  component: lazyRouteComponent(() => import('@/pages/upload/Upload'), 'NewData'),
})

const dataset = createRoute({
  getParentRoute: () => root,
  path: '/data/$dataset',
  validateSearch: readDatasetView,
  component: lazyRouteComponent(() => import('@/pages/dataset/DatasetPage'), 'DatasetPage'),
})

const addFiles = createRoute({
  getParentRoute: () => root,
  path: '/data/$dataset/add',
  component: lazyRouteComponent(() => import('@/pages/upload/Upload'), 'AddFiles'),
})

const molecules = createRoute({
  getParentRoute: () => root,
  path: '/molecules',
  validateSearch: readMoleculeSearch,
  component: lazyRouteComponent(() => import('@/pages/molecules/Molecules'), 'Molecules'),
})

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: readRunFilters,
  component: lazyRouteComponent(() => import('@/pages/runs/Runs'), 'Runs'),
})

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import('@/pages/run/RunPage'), 'RunPage'),
})

const comparison = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run/compare/$other',
  component: lazyRouteComponent(() => import('@/pages/run/compare/Compare'), 'Compare'),
})

const tasks = createRoute({
  getParentRoute: () => root,
  path: '/tasks',
  validateSearch: readTaskFilters,
  component: lazyRouteComponent(() => import('@/pages/tasks/Tasks'), 'Tasks'),
})

const task = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$task',
  component: lazyRouteComponent(() => import('@/pages/task/TaskPage'), 'TaskPage'),
})

const tools = createRoute({
  getParentRoute: () => root,
  path: '/tools',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('@/pages/tools/Tools'), 'Tools'),
})

const tool = createRoute({
  getParentRoute: () => root,
  path: '/tools/$tool',
  component: lazyRouteComponent(() => import('@/pages/tool/ToolPage'), 'ToolPage'),
})

const launch = createRoute({
  getParentRoute: () => root,
  path: '/tools/$tool/run',
  validateSearch: readLaunch,
  component: lazyRouteComponent(() => import('@/pages/launch/Launch'), 'Launch'),
})

const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('@/pages/projects/Projects'), 'Projects'),
})

const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$project',
  validateSearch: readProjectView,
  component: lazyRouteComponent(() => import('@/pages/project/ProjectPage'), 'ProjectPage'),
})

const organisations = createRoute({
  getParentRoute: () => root,
  path: '/organisations',
  component: lazyRouteComponent(() => import('@/pages/organisations/Organisations'), 'Organisations'),
})

const organisation = createRoute({
  getParentRoute: () => root,
  path: '/organisations/$organisation',
  component: lazyRouteComponent(() => import('@/pages/organisation/OrganisationPage'), 'OrganisationPage'),
})

const unit = createRoute({
  getParentRoute: () => root,
  path: '/units/$unit',
  component: lazyRouteComponent(() => import('@/pages/unit/UnitPage'), 'UnitPage'),
})

const product = createRoute({
  getParentRoute: () => root,
  path: '/products/$product',
  validateSearch: readPeriod,
  component: lazyRouteComponent(() => import('@/pages/product/ProductPage'), 'ProductPage'),
})

const charges = createRoute({
  getParentRoute: () => root,
  path: '/charges',
  validateSearch: readCharges,
  component: lazyRouteComponent(() => import('@/pages/charges/Charges'), 'Charges'),
})

const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  validateSearch: readActivityFilters,
  component: lazyRouteComponent(() => import('@/pages/activity/Activity'), 'Activity'),
})

const assets = createRoute({
  getParentRoute: () => root,
  path: '/assets',
  component: lazyRouteComponent(() => import('@/pages/assets/Assets'), 'Assets'),
})

const workflows = createRoute({
  getParentRoute: () => root,
  path: '/workflows',
  component: lazyRouteComponent(() => import('@/pages/workflows/Workflows'), 'Workflows'),
})

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflow',
  component: lazyRouteComponent(() => import('@/pages/workflow/WorkflowPage'), 'WorkflowPage'),
})

const runWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflow/run',
  component: lazyRouteComponent(() => import('@/pages/workflow/RunForm'), 'RunWorkflow'),
})

const runningWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/running-workflows/$running',
  component: lazyRouteComponent(() => import('@/pages/running/RunningPage'), 'RunningPage'),
})

const instance = createRoute({
  getParentRoute: () => root,
  path: '/instances/$instance',
  component: lazyRouteComponent(() => import('@/pages/instance/InstancePage'), 'InstancePage'),
})

const station = createRoute({
  getParentRoute: () => root,
  path: '/station',
  component: lazyRouteComponent(() => import('@/pages/station/Station'), 'Station'),
})

const stationUsers = createRoute({
  getParentRoute: () => root,
  path: '/station/users',
  component: lazyRouteComponent(() => import('@/pages/station/users/Users'), 'StationUsers'),
})

const stationStorage = createRoute({
  getParentRoute: () => root,
  path: '/station/storage',
  component: lazyRouteComponent(() => import('@/pages/station/storage/StoragePage'), 'StationStorage'),
})

const stationErrors = createRoute({
  getParentRoute: () => root,
  path: '/station/errors',
  validateSearch: readErrorSearch,
  component: lazyRouteComponent(() => import('@/pages/station/errors/Errors'), 'StationErrors'),
})

const stationManifests = createRoute({
  getParentRoute: () => root,
  path: '/station/manifests',
  component: lazyRouteComponent(() => import('@/pages/station/manifests/Manifests'), 'StationManifests'),
})

const stationImages = createRoute({
  getParentRoute: () => root,
  path: '/station/images',
  component: lazyRouteComponent(() => import('@/pages/station/images/Images'), 'StationImages'),
})

const stationRates = createRoute({
  getParentRoute: () => root,
  path: '/station/rates',
  validateSearch: readRateSearch,
  component: lazyRouteComponent(() => import('@/pages/station/rates/Rates'), 'StationRates'),
})

const stationSecrets = createRoute({
  getParentRoute: () => root,
  path: '/station/secrets',
  component: lazyRouteComponent(() => import('@/pages/station/secrets/Secrets'), 'StationSecrets'),
})

const stationCalls = createRoute({
  getParentRoute: () => root,
  path: '/station/calls',
  validateSearch: readCallSearch,
  component: lazyRouteComponent(() => import('@/pages/calls/Calls'), 'StationCalls'),
})

const calls = createRoute({
  getParentRoute: () => root,
  path: '/calls',
  component: lazyRouteComponent(() => import('@/pages/calls/Calls'), 'OwnCalls'),
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(() => import('@/pages/tokens/Tokens'), 'Tokens'),
})

const tree = root.addChildren([
  home,
  data,
  newData,
  dataset,
  addFiles,
  molecules,
  runs,
  run,
  comparison,
  tasks,
  task,
  tools,
  tool,
  launch,
  projects,
  project,
  organisations,
  organisation,
  unit,
  product,
  charges,
  activity,
  assets,
  workflows,
  workflow,
  runWorkflow,
  runningWorkflow,
  instance,
  station,
  stationUsers,
  stationStorage,
  stationManifests,
  stationImages,
  stationRates,
  stationSecrets,
  stationCalls,
  stationErrors,
  calls,
  tokens,
])

/** The pages of the console. Every one is loaded when it is first opened; a test can walk them by `routesByPath`. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageFailed,
    scrollRestoration: true,
  })
}

export type AppRouter = ReturnType<typeof createAppRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter
  }
}
