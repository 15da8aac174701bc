import { Text } from '@mantine/core'
import type { RunEvent } from '@/api/client'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import { titleOf } from './eventTitles'
import classes from './Events.module.css'

interface EventsProps {
  events: readonly RunEvent[]
  error: unknown
}

/** What happened to a run, first to last. */
export function Events({ events, error }: EventsProps) {
  return (
    <Section title="Events">
      {error ? <ProblemNote error={error} title="Events could not be read" /> : null}
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
