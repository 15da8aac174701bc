import { Group, Text, VisuallyHidden } from '@mantine/core'
import type { RunNote } from '@/attention/queries'
import { PageLink } from '@/show/links'
import { Prose } from '@/show/Prose'
import { nameOf } from '@/show/run'
import { State } from '@/show/State'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import classes from './Tray.module.css'

/** Runs in a few words, those that the reader has not seen yet marked. */
export function RunNotes({ runs, onLeave }: { runs: readonly RunNote[]; onLeave: () => void }) {
  if (runs.length === 0) return null
  return (
    <ul className={classes.list}>
      {runs.map((run) => (
        <li key={run.id} className={classes.item} data-unread={run.unread || undefined}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <PageLink
              to="/runs/$run"
              params={{ run: run.id }}
              className="cut"
              fw={run.unread ? 700 : 500}
              onClick={onLeave}
            >
              {nameOf(run)}
              {run.unread && <VisuallyHidden> (unread)</VisuallyHidden>}
            </PageLink>
            <State state={run.state} />
          </Group>
          <Text size="sm" c="dimmed">
            {run.name ? `${run.tool.name} · ` : ''}
            {run.attempts > 1 ? `attempt ${run.attempts} · ` : ''}
            <Time at={run.ended_at ?? run.started_at ?? run.created_at} />
          </Text>
          {run.state === 'failed' && run.reason && (
            <Text size="sm">
              <Prose text={sentence(run.reason.text)} />
            </Text>
          )}
        </li>
      ))}
    </ul>
  )
}
