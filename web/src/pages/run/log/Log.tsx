import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { Section } from '@/show/Page'
import { LogStream } from './LogStream'
import type { Stream } from './useLog'

const STREAMS = [
  { value: 'stdout', label: 'Output' },
  { value: 'stderr', label: 'Errors' },
] as const

/** What a run writes, live. A failed one begins with its errors. */
export function Log({ run, failed }: { run: string; failed: boolean }) {
  const [chosen, setChosen] = useState<Stream | null>(null)
  const stream = chosen ?? (failed ? 'stderr' : 'stdout')
  return (
    <Section
      title="Log"
      aside={
        <SegmentedControl
          aria-label="Which log"
          size="xs"
          data={[...STREAMS]}
          value={stream}
          onChange={(value) => setChosen(value)}
        />
      }
    >
      <LogStream key={`${run} ${stream}`} run={run} stream={stream} />
    </Section>
  )
}
