import { ActionIcon, Anchor, Group, Switch, Text, TextInput } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { count, grouped } from '@/format/number'
import { ProblemNote } from '@/show/Problem'
import { found } from './assemble'
import { LogLines } from './LogLines'
import { useLog, type Stream } from './useLog'

/** One log with its search; it follows the end until the reader scrolls up. */
export function LogStream({ run, stream }: { run: string; stream: Stream }) {
  const log = useLog(run, stream)
  const [following, setFollowing] = useState(true)
  const [wanted, setWanted] = useState('')
  const [hit, setHit] = useState(0)
  const searched = useDeferredValue(wanted)
  const hits = useMemo(() => found(log.lines, searched), [log, searched])
  const at = hits.length ? ((hit % hits.length) + hits.length) % hits.length : 0
  const step = (by: number) => {
    setFollowing(false)
    setHit(at + by)
  }
  const search = (text: string) => {
    setWanted(text)
    setHit(0)
    if (text) setFollowing(false)
  }
  return (
    <>
      <Group gap="xs" mb="xs">
        <TextInput
          aria-label="Search the log"
          placeholder="Search"
          size="xs"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={wanted}
          onChange={(event) => search(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && step(event.shiftKey ? -1 : 1)}
          flex="1 1 10rem"
        />
        <Hits wanted={searched} at={at} hits={hits.length} onStep={step} />
        <Switch
          label="Follow"
          size="xs"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
        <Anchor href={`/api/v1/runs/${run}/logs/${stream}?limit=8388608`} size="sm" target="_blank">
          Plain text
        </Anchor>
      </Group>
      {log.error ? <ProblemNote error={log.error} title="The log could not be read" /> : null}
      <LogLines log={log} wanted={searched} target={hits[at]} following={following} onFollow={setFollowing} />
      <Text size="sm" c="dimmed" mt={6} className="tabular" aria-live="polite">
        {count(log.lines.length, 'line')}, {log.over ? 'complete' : 'more may come'}
      </Text>
    </>
  )
}

interface HitsProps {
  wanted: string
  at: number
  hits: number
  onStep: (by: number) => void
}

function Hits({ wanted, at, hits, onStep }: HitsProps) {
  if (!wanted) return null
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm" className="tabular" role="status">
        {hits ? `${grouped(at + 1)} of ${grouped(hits)}` : 'not found'}
      </Text>
      <ActionIcon variant="default" size="sm" aria-label="Hit before" disabled={!hits} onClick={() => onStep(-1)}>
        <IconChevronUp size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" size="sm" aria-label="Next hit" disabled={!hits} onClick={() => onStep(1)}>
        <IconChevronDown size={14} aria-hidden />
      </ActionIcon>
    </Group>
  )
}
