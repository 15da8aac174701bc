import { Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Dataset, Version } from '@/api/client'
import { count, size } from '@/format/number'
import { Copied } from '@/show/Copied'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Labels } from './Labels'
import { versionQuery } from './queries'

/** What is written about a data set and one of its versions. */
export function About({ dataset, number }: { dataset: Dataset; number: number }) {
  const found = useQuery(versionQuery(dataset.id, number))
  return (
    <Stack>
      <Section title="Labels">
        <Labels dataset={dataset} />
      </Section>
      {number > 0 && (
        <Section title={`Version ${number}`}>
          {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
          {found.isPending && <Loading />}
          {found.data && <VersionFacts version={found.data} name={dataset.name} />}
        </Section>
      )}
      {found.data && (
        <Section title="Metadata">
          <Metadata metadata={found.data.metadata} />
        </Section>
      )}
    </Stack>
  )
}

function VersionFacts({ version, name }: { version: Version; name: string }) {
  return (
    <Facts
      rows={[
        ['Reference', <Copied key="reference" text={`${name}@${version.number}`} what="reference" />],
        ['Id of the version', <Copied key="id" text={version.id} what="id" />],
        ['Digest of all files', <Copied key="digest" text={version.manifest_digest} what="digest" />],
        ['Contents', `${count(version.file_count, 'file')}, ${size(version.size)}`],
        ['Published', <Time key="created" at={version.created} full />],
        ['By', version.author],
        ['Made by', version.run ? <RunLink run={version.run} /> : 'an upload'],
        ['Kept', version.in_place ? 'where the files were registered' : 'in this station'],
      ]}
    />
  )
}

function RunLink({ run }: { run: string }) {
  return (
    <PageLink to="/runs/$run" params={{ run }} className="mono break">
      {run}
    </PageLink>
  )
}

function Metadata({ metadata }: { metadata: Version['metadata'] }) {
  const entries = Object.entries(metadata)
  if (entries.length === 0) return <Text c="dimmed">This version came without metadata.</Text>
  return <Facts rows={entries.map(([key, value]) => [key, <Value key={key} value={value} />])} />
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="break">{value}</span>
  return <span className="mono break">{JSON.stringify(value)}</span>
}

function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <Table layout="fixed" withRowBorders={false} verticalSpacing={4} horizontalSpacing={0}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={150} c="dimmed" fw={500} style={{ verticalAlign: 'top' }} scope="row">
              {name}
            </Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
