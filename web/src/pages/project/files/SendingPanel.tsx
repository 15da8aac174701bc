import { Button, Group, List, Progress as Bar, Stack, Text } from '@mantine/core'
import { asProblem } from '@/api/problem'
import { count, size } from '@/format/number'
import { duration } from '@/format/time'
import type { Progress } from '@/sending/jobs'
import type { Lot, LotPhase, LotView } from '@/sending/lot'
import { forgetSending, useSending } from '@/sending/projectFiles'
import { timeLeft } from '@/sending/rate'
import { sentence } from '@/show/words'
import classes from './Files.module.css'

const ASKED_ONE_BY_ONE = 50
const SAYS: Record<LotPhase, string> = {
  sending: 'Sending',
  asking: 'Something is there already',
  stopped: 'Stopped',
  failed: 'Some files did not come',
  done: '',
}

/** What is on its way into a project: how far it is, what is asked about, and what was refused. */
export function SendingPanel({ project }: { project: string }) {
  const sending = useSending(project)
  if (!sending) return null
  const { lot, view } = sending
  const { phase, progress } = view
  return (
    <section aria-label="Sending files" className="panel" style={{ marginBottom: 'var(--mantine-spacing-md)' }}>
      <Stack p="md" gap="sm">
        <Group justify="space-between" gap="xs">
          <Text fw={600} role="status">
            {SAYS[phase]}
          </Text>
          <Steps phase={phase} lot={lot} forget={() => forgetSending(project)} />
        </Group>
        <Bar value={progress.total > 0 ? (100 * progress.sent) / progress.total : 0} aria-label="Sent" />
        <Figures progress={progress} moving={phase === 'sending'} />
        {view.asks.length > 0 && <Questions asks={view.asks} lot={lot} />}
        {view.failed.length > 0 && <Failures failed={view.failed} />}
      </Stack>
    </section>
  )
}

function Steps({ phase, lot, forget }: { phase: LotPhase; lot: Lot; forget: () => void }) {
  const small = { size: 'xs', variant: 'default' } as const
  return (
    <Group gap="xs">
      {phase === 'sending' && (
        <Button {...small} onClick={() => lot.stop()}>
          Stop for now
        </Button>
      )}
      {phase === 'stopped' && (
        <Button size="xs" onClick={() => lot.goOn()}>
          Go on
        </Button>
      )}
      {phase === 'failed' && (
        <Button size="xs" onClick={() => lot.again()}>
          Try them again
        </Button>
      )}
      {(phase === 'stopped' || phase === 'failed') && (
        <Button {...small} onClick={forget}>
          Leave them out
        </Button>
      )}
    </Group>
  )
}

function Questions({ asks, lot }: { asks: readonly string[]; lot: Lot }) {
  return (
    <Stack gap="xs" role="group" aria-label="Shall they be replaced?">
      <Group justify="space-between" gap="xs">
        <Text>
          {asks.length === 1
            ? '1 file is there already. Shall it be replaced?'
            : `${count(asks.length, 'file')} are there already. Shall they be replaced?`}
        </Text>
        <Group gap="xs">
          <Button size="xs" color="red.9" onClick={() => lot.answer(true)}>
            Replace all
          </Button>
          <Button size="xs" variant="default" onClick={() => lot.answer(false)}>
            Keep all that are there
          </Button>
        </Group>
      </Group>
      <ul className={classes.failures}>
        {asks.slice(0, ASKED_ONE_BY_ONE).map((path) => (
          <li key={path}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" className="break">
                {path}
              </Text>
              <Group gap={4} wrap="nowrap">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Replace ${path}`}
                  onClick={() => lot.answer(true, path)}
                >
                  Replace
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Keep ${path}`}
                  onClick={() => lot.answer(false, path)}
                >
                  Keep
                </Button>
              </Group>
            </Group>
          </li>
        ))}
        {asks.length > ASKED_ONE_BY_ONE && <li>and {count(asks.length - ASKED_ONE_BY_ONE, 'more', 'more')}</li>}
      </ul>
    </Stack>
  )
}

function Failures({ failed }: { failed: LotView['failed'] }) {
  return (
    <List className={classes.failures} size="sm" role="alert">
      {failed.slice(0, ASKED_ONE_BY_ONE).map(({ path, error }) => {
        const { message, nextStep } = asProblem(error)
        return (
          <List.Item key={path}>
            <strong className="break">{path}</strong>: {sentence(message)} {nextStep && sentence(nextStep)}
          </List.Item>
        )
      })}
      {failed.length > ASKED_ONE_BY_ONE && (
        <List.Item>and {count(failed.length - ASKED_ONE_BY_ONE, 'more', 'more')}</List.Item>
      )}
    </List>
  )
}

function Figures({ progress, moving }: { progress: Progress; moving: boolean }) {
  const left = timeLeft(progress.total, progress.sent, progress.bytesPerSecond)
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" className="tabular">
        {size(progress.sent)} of {size(progress.total)} · {progress.done} of {count(progress.files, 'file')}
      </Text>
      {moving && (
        <Text size="sm" c="dimmed" className="tabular">
          {progress.bytesPerSecond > 0 && `${size(progress.bytesPerSecond)}/s`}
          {left !== null && `, ${duration(left)} left`}
        </Text>
      )}
    </Group>
  )
}
