import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Run } from '@/api/client'
import { usePolling } from '@/live/news'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { isFinal } from '@/show/runState'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import { eventsQuery } from './queries'
import { titleOf } from './eventTitles'
import classes from './Events.module.css'

/** What happened to a run, first to last. */
export function Events({ run }: { run: Run }) {
  const poll = usePolling()
  const found = useQuery({ ...eventsQuery(run.id), refetchInterval: isFinal(run.state) ? false : poll })
  const events = found.data?.items ?? []
  return (
    <Section title="Events">
      {found.isPending && <Loading />}
      {found.error && <ProblemNote error={found.error} title="Events could not be read" />}
      <ol className={classes.list}>
        {events.map((event) => (
          <li key={event.id} className={classes.event}>
            <Text span fw={500}>
              {titleOf(event)}
            </Text>{' '}
            <Text span c="dimmed" size="sm">
              <Time at={event.at} full />
            </Text>
            {event.text && (
              <Text size="sm" c="dimmed" className="break">
                <Prose text={sentence(event.text)} />
              </Text>
            )}
          </li>
        ))}
      </ol>
    </Section>
  )
}
