import { SegmentedControl, SimpleGrid, Table } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Run, Usage as Used } from '@/api/client'
import { size } from '@/format/number'
import { duration } from '@/format/time'
import { Section } from '@/show/Page'
import { isFinal } from '@/show/runState'
import { usageQuery } from '../queries'
import { Chart } from './Chart'
import { some, type At } from './curve'

const LIVE_MS = 2000
const ROWS = 24

type Point = Used['items'][number]

/** What a run uses over time, live; nothing for one that was too short to be measured. */
export function Usage({ run }: { run: Run }) {
  const [chosen, setChosen] = useState<number | null>(null)
  const used = useQuery({
    ...usageQuery(run.id, chosen),
    refetchInterval: isFinal(run.state) ? false : LIVE_MS,
    placeholderData: keepPreviousData,
  })
  const points = used.data?.items ?? []
  const cores = valuesOf(points, (point) => point.cores)
  const memory = valuesOf(points, (point) => point.memory_bytes)
  if (cores.length < 2 && memory.length < 2 && chosen === null) return null
  return (
    <Section
      title="Resources"
      aside={run.attempts > 1 && <Attempt attempts={run.attempts} chosen={chosen} onChange={setChosen} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {cores.length > 1 && (
          <Chart title="Processors" look="cpu" points={cores} limit={limitOf(run, 'cpu')} base={10} write={inCores} />
        )}
        {memory.length > 1 && (
          <Chart
            title="Memory"
            look="memory"
            points={memory}
            limit={limitOf(run, 'memory_bytes')}
            base={2}
            write={size}
          />
        )}
      </SimpleGrid>
      <details>
        <summary>The same as a table</summary>
        <Figures points={some(points, ROWS)} />
      </details>
    </Section>
  )
}

interface AttemptProps {
  attempts: number
  chosen: number | null
  onChange: (attempt: number) => void
}

function Attempt({ attempts, chosen, onChange }: AttemptProps) {
  const data = Array.from({ length: attempts }, (_, at) => ({ value: String(at + 1), label: `Attempt ${at + 1}` }))
  return (
    <SegmentedControl
      aria-label="Which attempt"
      size="xs"
      data={data.slice(-4)}
      value={String(chosen ?? attempts)}
      onChange={(attempt) => onChange(Number(attempt))}
    />
  )
}

function Figures({ points }: { points: readonly Point[] }) {
  return (
    <Table.ScrollContainer minWidth={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={2} horizontalSpacing="xs" className="tabular">
        <Table.Thead>
          <Table.Tr>
            {['After', 'Processors', 'Memory', 'Written'].map((name) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map((point) => (
            <Table.Tr key={point.seconds}>
              <Table.Td ta="right">{duration(point.seconds * 1000)}</Table.Td>
              <Table.Td ta="right">
                {point.cores === undefined || point.cores === null ? '' : inCores(point.cores)}
              </Table.Td>
              <Table.Td ta="right">{sizeOf(point.memory_bytes)}</Table.Td>
              <Table.Td ta="right">{sizeOf(point.disk_bytes)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function valuesOf(points: readonly Point[], value: (point: Point) => number | null | undefined): readonly At[] {
  return points.flatMap((point) => {
    const found = value(point)
    return typeof found === 'number' ? [{ seconds: point.seconds, value: found }] : []
  })
}

function limitOf(run: Run, name: string): number | undefined {
  const limit = run.resources[name]
  return typeof limit === 'number' ? limit : undefined
}

function inCores(cores: number): string {
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: cores < 1 ? 2 : 1 }).format(cores)} ${cores === 1 ? 'core' : 'cores'}`
}

function sizeOf(bytes: number | null | undefined): string {
  return typeof bytes === 'number' ? size(bytes) : ''
}
