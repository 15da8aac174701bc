import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Attempt, Run } from '@/api/client'
import { size } from '@/format/number'
import { duration } from '@/format/time'
import { usePolling } from '@/live/news'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { isFinal } from '@/show/runState'
import { useNow } from '@/show/Time'
import { barsOf, longest, PHASES, type Bar } from './attempts'
import { attemptsQuery } from './queries'
import classes from './Attempts.module.css'

/** A bar for every attempt of a run, split into what its time went to. */
export function Attempts({ run }: { run: Run }) {
  const poll = usePolling()
  const attempts = useQuery({ ...attemptsQuery(run.id), refetchInterval: isFinal(run.state) ? false : poll })
  const now = useNow(!isFinal(run.state))
  const bars = barsOf(run, attempts.data?.items ?? [], now)
  return (
    <Section title="Attempts" aside={<Legend />}>
      {attempts.isPending && <Loading rows={1} />}
      {attempts.error && <ProblemNote error={attempts.error} retry={() => void attempts.refetch()} />}
      {attempts.isSuccess && bars.length === 0 && (
        <Text c="dimmed">No attempt was needed: the result of an identical run was used.</Text>
      )}
      <Stack gap="sm" component="ol" className={classes.list}>
        {attempts.isSuccess && bars.map((bar) => <AttemptBar key={bar.number} bar={bar} scale={longest(bars)} />)}
      </Stack>
    </Section>
  )
}

function Legend() {
  return (
    <Group gap="sm" aria-hidden>
      {PHASES.map((phase) => (
        <Group gap={5} key={phase}>
          <span className={`${classes.key} ${classes[phase]}`} />
          <Text size="sm">{phase}</Text>
        </Group>
      ))}
    </Group>
  )
}

function AttemptBar({ bar, scale }: { bar: Bar; scale: number }) {
  const spoken = bar.parts.map((part) => `${part.phase} ${duration(part.ms)}`).join(', ')
  return (
    <li>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text fw={500}>
          {bar.number ? `Attempt ${bar.number}` : 'Next attempt'}
          {bar.attempt && (
            <Text span c="dimmed" size="sm">
              {' '}
              on {bar.attempt.engine}
              {bar.attempt.outcome ? `: ${ending(bar.attempt)}` : ''}
            </Text>
          )}
        </Text>
        <Text size="sm" className="tabular">
          {spoken}
        </Text>
      </Group>
      <div className={classes.bar} style={{ width: `${Math.max(4, (100 * bar.ms) / scale)}%` }} aria-hidden>
        {bar.parts.map((part) => (
          <span
            key={part.phase}
            className={`${classes.part} ${classes[part.phase]} ${part.going ? classes.going : ''}`}
            style={{ flexGrow: Math.max(part.ms, 1) }}
            title={`${part.phase} ${duration(part.ms)}`}
          />
        ))}
      </div>
      {bar.attempt && <Used attempt={bar.attempt} />}
    </li>
  )
}

function ending(attempt: Attempt): string {
  const code = attempt.exit_code === null || attempt.exit_code === undefined ? '' : `, exit code ${attempt.exit_code}`
  return `${attempt.outcome ?? ''}${code}`
}

function Used({ attempt }: { attempt: Attempt }) {
  const { cpu_seconds: cpu, memory_peak_bytes: memory, disk_bytes: disk } = attempt.usage
  const used = [
    typeof cpu === 'number' && `${duration(cpu * 1000)} of processor time`,
    typeof memory === 'number' && `${size(memory)} of memory at most`,
    typeof disk === 'number' && `${size(disk)} written`,
  ].filter(Boolean)
  return (
    used.length > 0 && (
      <Text size="sm" c="dimmed" mt={4}>
        Used {used.join(', ')}
      </Text>
    )
  )
}
