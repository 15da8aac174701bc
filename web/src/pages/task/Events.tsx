import { Button, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { TaskDetail, TaskEvent } from '@/api/client'
import { grouped } from '@/format/number'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { taskEventsQuery } from './queries'
import classes from './Task.module.css'

const COLORS: Readonly<Partial<Record<TaskEvent['level'], string>>> = {
  warning: 'var(--field-wait)',
  error: 'var(--field-bad)',
  critical: 'var(--field-bad)',
}

/** What was told about a task, first to last. */
export function Events({ task }: { task: TaskDetail }) {
  const found = useInfiniteQuery(taskEventsQuery(task.id, task.events))
  const events = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Events">
      {found.isPending && <Loading />}
      {found.error && <ProblemNote error={found.error} title="Events could not be read" />}
      <ol className={classes.list}>
        {events.map((event) => (
          <li key={event.ordinal} className={classes.event}>
            <Text span c="dimmed" size="sm" className="tabular">
              {grouped(event.ordinal)}
            </Text>{' '}
            <Text span size="sm" fw={600} c={COLORS[event.level] ?? 'dimmed'}>
              {event.level}
            </Text>{' '}
            <Text span className="break">
              {event.text}
            </Text>{' '}
            <Text span c="dimmed" size="sm">
              <Time at={event.at} full />
            </Text>
          </li>
        ))}
      </ol>
      {found.hasNextPage && (
        <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          More events
        </Button>
      )}
    </Section>
  )
}
