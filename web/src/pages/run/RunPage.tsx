import { Grid, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Run } from '@/api/client'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { nameOf } from '@/show/run'
import { Time } from '@/show/Time'
import { Actions } from './Actions'
import { Attempts } from './Attempts'
import { Details } from './Details'
import { Events } from './Events'
import { useRunEvents } from './events'
import { Inputs } from './Inputs'
import { Log } from './log/Log'
import { Outputs } from './Outputs'
import { runQuery } from './queries'
import { Status } from './Status'

const route = getRouteApi('/runs/$run')

/** Everything about one run, live until it has ended. */
export function RunPage() {
  const { run: id } = route.useParams()
  const run = useQuery(runQuery(id))
  if (run.data) return <Shown key={id} run={run.data} />
  return (
    <Page title="Run">
      {run.error ? (
        <ProblemNote error={run.error} title="This run cannot be shown" retry={() => void run.refetch()} />
      ) : (
        <Loading rows={6} />
      )}
    </Page>
  )
}

function Shown({ run }: { run: Run }) {
  const { events, error } = useRunEvents(run.id)
  return (
    <Page title={nameOf(run)} lead={<Lead run={run} />} actions={<Actions run={run} />}>
      <Status run={run} />
      {run.output && <Outputs output={run.output} />}
      <Attempts run={run} />
      <Log run={run.id} failed={run.state === 'failed'} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <Inputs run={run} />
            <Details run={run} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Events events={events} error={error} />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Lead({ run }: { run: Run }) {
  return (
    <Group gap={6}>
      <PageLink to="/runs">Runs</PageLink>
      <Text span aria-hidden>
        /
      </Text>
      <Text span>
        <PageLink to="/tools/$tool" params={{ tool: `${run.tool.name}@${run.tool.version}` }}>
          {run.tool.name} {run.tool.version}
        </PageLink>
        , submitted <Time at={run.created_at} /> by {run.submitted_by}
      </Text>
    </Group>
  )
}
