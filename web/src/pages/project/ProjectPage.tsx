import { Badge, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Project } from '@/api/client'
import { size } from '@/format/number'
import { unitsQuery } from '@/pages/projects/queries'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Apps } from './apps/Apps'
import { FileManager } from './files/FileManager'
import { Jobs } from './jobs/Jobs'
import { may } from './may'
import { Members } from './Members'
import { projectQuery } from './queries'
import { ProjectRuns } from './ProjectRuns'
import { TABS, type ProjectView, type Tab } from './search'
import { Settings } from './Settings'

const route = getRouteApi('/projects/$project')
const NAMES: Record<Tab, string> = {
  files: 'Files',
  jobs: 'Jobs',
  apps: 'Applications',
  runs: 'Runs',
  members: 'Members',
  settings: 'Settings',
}

/** What was looked at in one tab is not looked at in the next. */
const NOTHING = { file: undefined, job: undefined, as: undefined, instance: undefined, application: undefined }

/** One project: its files, its runs, its members. */
export function ProjectPage() {
  const { project: reference } = route.useParams()
  const found = useQuery(projectQuery(reference))
  if (found.data) return <Known project={found.data} />
  return (
    <Page title="Project">
      {found.error ? <ProblemNote error={found.error} retry={() => void found.refetch()} /> : <Loading />}
    </Page>
  )
}

function Known({ project }: { project: Project }) {
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const show = (change: Partial<ProjectView>, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace })
  const owns = may(project, 'project:own')
  const tabs = TABS.filter((tab) => tab !== 'settings' || owns)
  return (
    <Page title={project.name} lead={<Lead project={project} />}>
      <Tabs
        value={view.tab ?? 'files'}
        onChange={(tab) => show({ ...NOTHING, tab: tab === 'files' ? undefined : (tab as Tab) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab} px="sm">
              {NAMES[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="files">
          <FileManager project={project} view={view} show={show} />
        </Tabs.Panel>
        <Tabs.Panel value="jobs">
          <Jobs project={project} view={view} show={show} />
        </Tabs.Panel>
        <Tabs.Panel value="apps">
          <Apps project={project} view={view} show={show} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <ProjectRuns project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="members">
          <Members project={project} />
        </Tabs.Panel>
        {owns && (
          <Tabs.Panel value="settings">
            <Settings project={project} />
          </Tabs.Panel>
        )}
      </Tabs>
    </Page>
  )
}

function Lead({ project }: { project: Project }) {
  return (
    <>
      of {project.owner} · {size(project.size_bytes)}
      {project.unit && <PaidBy unit={project.unit} />} · made <Time at={project.created} />{' '}
      <Badge variant="default" size="sm" tt="none" fw={500} ml={4}>
        {project.public ? 'public' : 'private'}
      </Badge>
    </>
  )
}

/** Who pays, where the reader belongs to it. */
function PaidBy({ unit }: { unit: string }) {
  const name = useQuery(unitsQuery).data?.items.find(({ id }) => id === unit)?.name
  if (!name) return ' · paid by another unit'
  return (
    <>
      {' · paid by '}
      <PageLink to="/units/$unit" params={{ unit }}>
        {name}
      </PageLink>
    </>
  )
}
