import { Grid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Run } from '@/api/client'
import { useSeen } from '@/attention/look'
import { usePolling } from '@/live/news'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { nameOf } from '@/show/run'
import { isFinal } from '@/show/runState'
import { Time } from '@/show/Time'
import { Actions } from './Actions'
import { Attempts } from './Attempts'
import { Details } from './Details'
import { Events } from './Events'
import { Inputs } from './Inputs'
import { Log } from './log/Log'
import { Outputs } from './Outputs'
import { runQuery } from './queries'
import { Status } from './Status'
import { Usage } from './usage/Usage'

const route = getRouteApi('/runs/$run')

/** Everything about one run, live until it has ended. */
export function RunPage() {
  const { run: id } = route.useParams()
  const poll = usePolling()
  const run = useQuery({
    ...runQuery(id),
    refetchInterval: ({ state }) => (state.data && isFinal(state.data.state) ? false : poll),
  })
  useSeen(run.data)
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
  return (
    <Page title={nameOf(run)} lead={<Lead run={run} />} actions={<Actions run={run} />}>
      <Status run={run} />
      {run.output && <Outputs output={run.output} />}
      <Attempts run={run} />
      {!run.reused_from && <Log run={run.id} failed={run.state === 'failed'} />}
      <Usage run={run} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <Inputs run={run} />
            <Details run={run} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Events run={run} />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Lead({ run }: { run: Run }) {
  return (
    <>
      <PageLink to="/runs">Runs</PageLink>
      {' / '}
      <PageLink to="/tools/$tool" params={{ tool: `${run.tool.name}@${run.tool.version}` }}>
        {run.tool.name} {run.tool.version}
      </PageLink>
      , submitted <Time at={run.created_at} /> by {run.submitted_by}
    </>
  )
}
