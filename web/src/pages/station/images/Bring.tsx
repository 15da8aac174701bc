import { Button, FileInput, Group, Progress as Bar, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { IconFile } from '@tabler/icons-react'
import { useState } from 'react'
import { size } from '@/format/number'
import { duration } from '@/format/time'
import type { Progress } from '@/sending/jobs'
import { timeLeft } from '@/sending/rate'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { useBringing } from './useBringing'

const FROM = [
  { value: 'registry', label: 'From its registry' },
  { value: 'file', label: 'From a file' },
] as const
type From = (typeof FROM)[number]['value']
const REASONS = { image_name: 'reference', registry_refused: 'reference' } as const

/** Asks for an image, out of a file or from its registry. */
export function Bring() {
  const [reference, setReference] = useState('')
  const [from, setFrom] = useState<From>('registry')
  const [file, setFile] = useState<File | null>(null)
  const { bring, progress, stopped, error, stop } = useBringing(() => {
    setReference('')
    setFile(null)
  })
  const { at, rest } = fieldFaults(error, ['reference'], REASONS)
  useFocusFault(error)
  const fromFile = from === 'file'
  const ready = reference.trim() !== '' && (!fromFile || file !== null)
  return (
    <Section title="Bring an image">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) bring.mutate({ reference: reference.trim(), file: fromFile ? file : null })
        }}
      >
        <Stack gap="sm" align="flex-start">
          <SegmentedControl
            aria-label="Where it comes from"
            data={[...FROM]}
            value={from}
            onChange={setFrom}
            disabled={bring.isPending}
          />
          <Group align="flex-start" gap="sm" w="100%">
            <TextInput
              label="Name of the image"
              description="As tools and jobs name it"
              placeholder="docker.io/library/python:3.13-slim"
              required
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={500}
              value={reference}
              error={at.reference}
              onChange={(event) => setReference(event.currentTarget.value)}
              flex="2 1 16rem"
            />
            {fromFile && (
              <FileInput
                label="Archive"
                description="Written by docker save, podman save or skopeo"
                placeholder="Choose a file"
                required
                clearable
                clearButtonProps={{ 'aria-label': 'Choose no file' }}
                leftSection={<IconFile size={16} aria-hidden />}
                value={file}
                onChange={setFile}
                disabled={bring.isPending}
                flex="1 1 14rem"
                miw={0}
              />
            )}
          </Group>
          <Button type="submit" loading={bring.isPending} disabled={!ready}>
            Bring it
          </Button>
          {progress && <Sent progress={progress} stop={stop} />}
        </Stack>
      </form>
      {stopped && (
        <Text role="status" mt="xs">
          Stopped. What came is kept at the station for a while: bring the same file, and it goes on from there.
        </Text>
      )}
      {error && <ProblemNote error={error} faults={rest} title="It is not brought" />}
    </Section>
  )
}

function Sent({ progress, stop }: { progress: Progress; stop: () => void }) {
  const { sent, total, bytesPerSecond } = progress
  const left = timeLeft(total, sent, bytesPerSecond)
  return (
    <Stack gap={6} w="100%" role="group" aria-label="The sending">
      <Bar.Root size="lg">
        <Bar.Section value={total > 0 ? (100 * sent) / total : 100} animated aria-label="Sent" />
      </Bar.Root>
      <Group justify="space-between" gap="xs">
        <Text className="tabular">
          {size(sent)} of {size(total)}
          {bytesPerSecond > 0 && ` · ${size(bytesPerSecond)}/s`}
          {bytesPerSecond > 0 && left !== null && `, ${duration(left)} left`}
        </Text>
        <Button size="xs" variant="default" onClick={stop}>
          Stop for now
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        Stay on this page until it is sent; the rest goes on by itself.
      </Text>
    </Stack>
  )
}
