import { Button, Group, Progress as Bar, Stack, Text } from '@mantine/core'
import { count, size } from '@/format/number'
import { duration } from '@/format/time'
import type { Progress } from '@/sending/jobs'
import { ProblemNote } from '@/show/Problem'
import { timeLeft } from '@/sending/rate'
import type { useUpload } from './useUpload'

const SAYS = {
  choosing: '',
  sending: 'Sending',
  asking: '',
  stopped: 'Stopped',
  publishing: 'Making the version',
  made: 'Done',
}

/** How far the files came, how fast, and how long it will take. */
export function SendingNote({ upload }: { upload: ReturnType<typeof useUpload> }) {
  const { phase, progress, error, stop, goOn, forget } = upload
  const part = progress && progress.total > 0 ? (100 * progress.sent) / progress.total : 0
  return (
    <Stack maw={760} className="panel" p="lg">
      <Text fw={600} role="status">
        {SAYS[phase]}
      </Text>
      <Bar.Root size="lg">
        <Bar.Section value={part} animated={phase === 'sending'} aria-label="Sent" />
      </Bar.Root>
      {progress && <Figures progress={progress} moving={phase === 'sending'} />}
      {phase === 'stopped' && error === null && (
        <Text c="dimmed">What came is kept at the station; it goes on from there.</Text>
      )}
      {phase === 'sending' && <Text c="dimmed">It goes on while you look at other pages of the console.</Text>}
      {error !== null && <ProblemNote error={error} title="It could not go on" />}
      <Group>
        {phase === 'sending' && (
          <Button variant="default" onClick={stop}>
            Stop for now
          </Button>
        )}
        {phase === 'stopped' && (
          <>
            <Button onClick={goOn}>Go on</Button>
            <Button variant="default" onClick={forget}>
              Choose other files
            </Button>
          </>
        )}
      </Group>
    </Stack>
  )
}

function Figures({ progress, moving }: { progress: Progress; moving: boolean }) {
  const left = timeLeft(progress.total, progress.sent, progress.bytesPerSecond)
  return (
    <Group justify="space-between" gap="xs">
      <Text className="tabular">
        {size(progress.sent)} of {size(progress.total)} · {progress.done} of {count(progress.files, 'file')}
      </Text>
      {moving && progress.bytesPerSecond > 0 && (
        <Text c="dimmed" className="tabular">
          {size(progress.bytesPerSecond)}/s{left !== null && `, ${duration(left)} left`}
        </Text>
      )}
    </Group>
  )
}
