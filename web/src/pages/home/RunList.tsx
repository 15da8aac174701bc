import { Group, Stack, Text } from '@mantine/core'
import type { Run } from '@/api/client'
import { PageLink } from '@/show/links'
import { nameOf } from '@/show/run'
import { State } from '@/show/State'
import { Time } from '@/show/Time'

interface RunListProps {
  runs: readonly Run[]
  /** What is said where there are none. */
  none: string
}

/** A few runs, each with its state and when that came about. */
export function RunList({ runs, none }: RunListProps) {
  if (runs.length === 0) return <Text c="dimmed">{none}</Text>
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {runs.map((run) => (
        <li key={run.id}>
          <Group gap="sm" wrap="nowrap" justify="space-between">
            <PageLink to="/runs/$run" params={{ run: run.id }} className="cut" fw={500}>
              {nameOf(run)}
            </PageLink>
            <Group gap="sm" wrap="nowrap" style={{ flexShrink: 0 }}>
              <State state={run.state} />
              <Text span size="sm" c="dimmed" ta="right" miw={72}>
                <Time at={run.ended_at ?? run.started_at ?? run.created_at} />
              </Text>
            </Group>
          </Group>
        </li>
      ))}
    </Stack>
  )
}
