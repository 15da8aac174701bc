import { Grid, Stack } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { api, take, type RunState } from '@/api/client'
import { usePolling } from '@/live/news'
import { ButtonLink, PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { NeedsYou } from './NeedsYou'
import { NextSteps } from './NextSteps'
import { overview } from './overview'
import { RunList } from './RunList'
import { Storage } from './Storage'

const SHOWN = 6

function runsQuery(state: RunState | undefined, limit: number, poll: number | false) {
  return {
    queryKey: ['home', 'runs', state ?? 'newest'],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      take(api.GET('/api/v1/runs', { params: { query: { state, limit } }, signal })),
    refetchInterval: poll,
  }
}

/** What runs, what ended, what asks for the reader, and how full their storage is. */
export function Home() {
  const poll = usePolling()
  const lists = useQueries({
    queries: [runsQuery(undefined, 30, poll), runsQuery('running', 20, poll), runsQuery('queued', 20, poll)],
  })
  const error = lists.find((list) => list.error)?.error
  const pending = lists.some((list) => list.isPending)
  const { active, finished } = overview(lists.map((list) => list.data?.items ?? []))
  const empty = lists[0].data?.items.length === 0
  return (
    <Page
      title="Home"
      actions={
        !empty && (
          <>
            <ButtonLink to="/data/new" variant="default">
              Upload data
            </ButtonLink>
            <ButtonLink to="/tools">Run a tool</ButtonLink>
          </>
        )
      }
    >
      {error && <ProblemNote error={error} retry={() => lists.forEach((list) => void list.refetch())} />}
      {empty && <NextSteps />}
      <Grid gap="md">
        {!empty && (
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Stack gap="md">
              <Section title="Under way" aside={<PageLink to="/runs">All runs</PageLink>}>
                {pending ? <Loading /> : <RunList runs={active.slice(0, SHOWN)} none="Nothing runs or waits." />}
              </Section>
              <Section title="Ended">
                {pending ? <Loading /> : <RunList runs={finished.slice(0, SHOWN)} none="Nothing has ended yet." />}
              </Section>
            </Stack>
          </Grid.Col>
        )}
        <Grid.Col span={{ base: 12, md: empty ? 12 : 4 }}>
          <Stack gap="md">
            <NeedsYou />
            <Storage />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  )
}
