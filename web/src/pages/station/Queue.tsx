import { Group, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { RunState, StationView } from '@/api/client'
import { count, grouped } from '@/format/number'
import { duration } from '@/format/time'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { STATES } from '@/show/runState'
import { State } from '@/show/State'
import { useNow } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { queueQuery, type Queue } from './queries'

/** What waits and what is at work, since when, and whose it is. */
export function QueueSection({ runs }: { runs: StationView['runs'] }) {
  const queue = useQuery(queueQuery)
  const counted = STATES.filter((state) => runs[state])
  return (
    <Section title="Queue">
      <Stack gap="md">
        {counted.length === 0 && <Text c="dimmed">Nothing runs or waits.</Text>}
        <Group gap="xl">
          {counted.map((state: RunState) => (
            <Group key={state} gap="xs">
              <State state={state} />
              <PageLink
                to="/runs"
                search={{ state }}
                className="tabular"
                aria-label={`${runs[state] ?? 0} runs, ${state}`}
              >
                {grouped(runs[state] ?? 0)}
              </PageLink>
            </Group>
          ))}
        </Group>
        {queue.isPending && <Loading />}
        {queue.error && <ProblemNote error={queue.error} title="The queue cannot be shown" />}
        {queue.data && queue.data.shares.length > 0 && <Shares queue={queue.data} />}
      </Stack>
    </Section>
  )
}

function Shares({ queue }: { queue: Queue }) {
  const now = useNow()
  const waits = (since: string | undefined | null) => (since ? duration(Math.max(0, now - Date.parse(since))) : '')
  return (
    <>
      <Text className="tabular">
        {count(queue.queued, 'run')} queued
        {queue.oldest && `; the oldest has waited ${waits(queue.oldest)}`}. Of two that are equally urgent, the one goes
        first whose project used least of late.
      </Text>
      <Wide minWidth={520}>
        <Table verticalSpacing={6} horizontalSpacing="xs" className="tabular">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Owner</Table.Th>
              <Table.Th>Project</Table.Th>
              <Table.Th ta="right">Queued</Table.Th>
              <Table.Th ta="right">Oldest waits</Table.Th>
              <Table.Th ta="right">At work</Table.Th>
              <Table.Th ta="right">Used of late</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {queue.shares.map((share) => (
              <Table.Tr key={share.project}>
                <Table.Td className="break">{share.owner}</Table.Td>
                <Table.Td className="break">{share.name}</Table.Td>
                <Table.Td ta="right">{grouped(share.queued)}</Table.Td>
                <Table.Td ta="right">{waits(share.oldest)}</Table.Td>
                <Table.Td ta="right">{grouped(share.at_work)}</Table.Td>
                <Table.Td ta="right">{duration(1000 * share.used_seconds)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </>
  )
}
