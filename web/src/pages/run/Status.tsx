import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Explanation, Run } from '@/api/client'
import { count, grouped } from '@/format/number'
import { duration } from '@/format/time'
import { usePolling } from '@/live/news'
import { PageLink } from '@/show/links'
import { Prose } from '@/show/Prose'
import { shortId } from '@/show/run'
import { isFinal } from '@/show/runState'
import { State } from '@/show/State'
import { Time, useNow } from '@/show/Time'
import { sentence, whose } from '@/show/words'
import { explainQuery } from './queries'

/** Where a run is, why, whose fault that is, and what to do next. */
export function Status({ run }: { run: Run }) {
  const waits = run.state === 'queued' || run.state === 'held'
  const poll = usePolling()
  const explained = useQuery({ ...explainQuery(run.id), refetchInterval: waits ? poll || 5000 : false })
  const waiting = waits ? explained.data?.waiting : null // what was said of a run that waited is no longer true
  const why = waiting ?? run.reason
  return (
    <Stack gap={6} className="panel" p="md" role="status" aria-label="State of the run">
      <Group gap="md">
        <State state={run.state} size="lg" />
        <Text span>
          <Timing run={run} />
        </Text>
        {run.cancel_requested_at && !isFinal(run.state) && <Text span>It was asked to stop.</Text>}
      </Group>
      {why && (
        <Text>
          <Prose text={sentence(why.text)} />
          {run.reason?.message && (
            <>
              {' '}
              <Prose text={sentence(run.reason.message)} />
            </>
          )}
        </Text>
      )}
      {waiting && <Queue waiting={waiting} />}
      {why && run.state !== 'canceled' && (
        <Text>
          <strong>Next step:</strong> <Prose text={sentence(why.next_step)} />{' '}
          <Text span c="dimmed">
            {waits ? 'Cause' : 'Whose fault'}: {whose(why.fault)}.
          </Text>
        </Text>
      )}
      {run.reused_from && (
        <Text>
          An identical run had made this before, so its result was used again:{' '}
          <PageLink to="/runs/$run" params={{ run: run.reused_from }}>
            run {shortId(run.reused_from)}
          </PageLink>
          .
        </Text>
      )}
      {run.rerun_of && (
        <Text>
          It repeats{' '}
          <PageLink to="/runs/$run" params={{ run: run.rerun_of }}>
            run {shortId(run.rerun_of)}
          </PageLink>
          .
        </Text>
      )}
    </Stack>
  )
}

function Queue({ waiting }: { waiting: NonNullable<Explanation['waiting']> }) {
  const ahead = waiting.ahead ?? null
  if (ahead === null) return null
  const estimate = waiting.estimate_seconds ?? null
  return (
    <Text className="tabular">
      Place {grouped(ahead + 1)} in the queue{ahead === 0 ? ': it is the next.' : `, behind ${count(ahead, 'run')}.`}
      {estimate !== null && ` It should begin in about ${duration(estimate * 1000)}.`}
    </Text>
  )
}

function Timing({ run }: { run: Run }) {
  const now = useNow(!isFinal(run.state))
  const from = Date.parse(run.created_at)
  if (run.ended_at) {
    return (
      <>
        <Time at={run.ended_at} />, after {duration(Date.parse(run.ended_at) - from)}
      </>
    )
  }
  return <>for {duration(now - from)}</>
}
