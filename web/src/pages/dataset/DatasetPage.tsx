import { Badge, Group, Select, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Dataset } from '@/api/client'
import { count, size } from '@/format/number'
import { ButtonLink } from '@/show/links'
import { Empty, Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { About } from './About'
import { Actions } from './Actions'
import { Files } from './Files'
import { may } from './may'
import { Members } from './Members'
import { Molecules } from './Molecules'
import { datasetQuery, versionQuery } from './queries'
import { TABS, type DatasetView, type Tab } from './search'
import { TrashNote } from './TrashNote'
import { Uses } from './Uses'
import { Versions } from './Versions'

const Lineage = lazy(() => import('./lineage/Lineage'))
const route = getRouteApi('/data/$dataset')
const NAMES: Record<Tab, string> = {
  files: 'Files',
  about: 'About',
  versions: 'Versions',
  lineage: 'Lineage',
  molecules: 'Molecules',
  uses: 'Used by',
  members: 'Members',
}

/** One data set in one of its versions. */
export function DatasetPage() {
  const { dataset: reference } = route.useParams()
  const found = useQuery(datasetQuery(reference))
  if (found.data) return <Known dataset={found.data} />
  return (
    <Page title="Data set">
      {found.error ? <ProblemNote error={found.error} retry={() => void found.refetch()} /> : <Loading />}
    </Page>
  )
}

function Known({ dataset }: { dataset: Dataset }) {
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const number = view.version ?? dataset.latest
  const show = (change: Partial<DatasetView>, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace })
  return (
    <Page
      title={dataset.name}
      lead={<Lead dataset={dataset} />}
      actions={<Actions dataset={dataset} number={number} />}
    >
      {dataset.trashed && <TrashNote dataset={dataset} />}
      {dataset.description && <Text style={{ whiteSpace: 'pre-line' }}>{dataset.description}</Text>}
      <Tabs
        value={view.tab ?? 'files'}
        onChange={(tab) => show({ tab: tab as Tab, file: undefined })}
        keepMounted={false}
      >
        <Group justify="space-between" align="flex-end" gap="xs" mb="md">
          <Tabs.List>
            {TABS.map((tab) => (
              <Tabs.Tab key={tab} value={tab} px="sm">
                {NAMES[tab]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {dataset.latest > 0 && <VersionChoice dataset={dataset} number={number} show={show} />}
        </Group>
        <Panels dataset={dataset} number={number} view={view} show={show} />
      </Tabs>
    </Page>
  )
}

interface PanelsProps {
  dataset: Dataset
  number: number
  view: DatasetView
  show: (change: Partial<DatasetView>, inPlace?: boolean) => void
}

function Panels({ dataset, number, view, show }: PanelsProps) {
  const files =
    number > 0 ? <Files dataset={dataset} number={number} view={view} show={show} /> : <NoVersion dataset={dataset} />
  return (
    <>
      <Tabs.Panel value="files">{files}</Tabs.Panel>
      <Tabs.Panel value="about">
        <About dataset={dataset} number={number} showVersion={(made) => show({ version: made })} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <Versions dataset={dataset} shown={number} />
      </Tabs.Panel>
      <Tabs.Panel value="lineage">
        {number > 0 ? (
          <Suspense fallback={<Loading />}>
            <Lineage dataset={dataset.id} number={number} />
          </Suspense>
        ) : (
          <NoVersion dataset={dataset} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="molecules">
        {number > 0 ? <Molecules dataset={dataset} number={number} /> : <NoVersion dataset={dataset} />}
      </Tabs.Panel>
      <Tabs.Panel value="uses">
        {number > 0 ? <Uses dataset={dataset} number={number} /> : <NoVersion dataset={dataset} />}
      </Tabs.Panel>
      <Tabs.Panel value="members">
        <Members dataset={dataset} />
      </Tabs.Panel>
    </>
  )
}

function Lead({ dataset }: { dataset: Dataset }) {
  return (
    <>
      {dataset.title && <Text c="var(--mantine-color-text)">{dataset.title}</Text>}
      of {dataset.owner} · {dataset.latest > 0 ? `${count(dataset.latest, 'version')}, ${size(dataset.size)}` : 'empty'}{' '}
      · changed <Time at={dataset.changed} />
    </>
  )
}

function VersionChoice({ dataset, number, show }: Pick<PanelsProps, 'dataset' | 'number' | 'show'>) {
  const version = useQuery(versionQuery(dataset.id, number)).data
  const choices = Array.from({ length: dataset.latest }, (_, at) => dataset.latest - at)
  return (
    <Group gap="xs">
      {version && (
        <Text size="sm" c="dimmed" className="tabular">
          {count(version.file_count, 'file')}, {size(version.size)}
        </Text>
      )}
      {number < dataset.latest && (
        <Badge variant="default" tt="none">
          not the newest
        </Badge>
      )}
      <Select
        aria-label="Version"
        size="xs"
        w={130}
        allowDeselect={false}
        searchable={dataset.latest > 20}
        value={String(number)}
        data={choices.map((one) => ({ value: String(one), label: `Version ${one}` }))}
        onChange={(chosen) =>
          show({ version: Number(chosen) === dataset.latest ? undefined : Number(chosen), file: undefined })
        }
      />
    </Group>
  )
}

function NoVersion({ dataset }: { dataset: Dataset }) {
  if (!may(dataset, 'dataset:edit')) return <Empty title="This data set has no version yet" />
  const action = (
    <ButtonLink to="/data/$dataset/add" params={{ dataset: dataset.id }}>
      Add files
    </ButtonLink>
  )
  return (
    <Empty title="This data set has no version yet" actions={action}>
      Add files, and they become its first.
    </Empty>
  )
}
