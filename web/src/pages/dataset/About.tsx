import { Button, Stack, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Dataset, Version } from '@/api/client'
import { count, size } from '@/format/number'
import { Copied } from '@/show/Copied'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Cite } from './Cite'
import { Labels } from './Labels'
import { may } from './may'
import { MetadataEditor } from './metadata/MetadataEditor'
import { citationQuery, versionQuery } from './queries'

interface AboutProps {
  dataset: Dataset
  number: number
  showVersion: (number: number) => void
}

/** What is written about a data set and one of its versions. */
export function About({ dataset, number, showVersion }: AboutProps) {
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
          {found.data && <VersionFacts version={found.data} dataset={dataset} />}
        </Section>
      )}
      {found.data && (
        <MetadataSection key={found.data.id} dataset={dataset} version={found.data} showVersion={showVersion} />
      )}
      {number > 0 && <Cite dataset={dataset.id} number={number} />}
    </Stack>
  )
}

function VersionFacts({ version, dataset }: { version: Version; dataset: Dataset }) {
  const address = useQuery(citationQuery(dataset.id, version.number)).data?.url
  return (
    <Facts
      rows={[
        ['Reference', <Copied key="reference" text={`${dataset.name}@${version.number}`} what="reference" />],
        ['Address', address ? <Copied key="address" text={address} what="address" /> : <Loading rows={1} />],
        ['Id of the data set', <Copied key="dataset" text={dataset.id} what="id of the data set" />],
        ['Id of the version', <Copied key="id" text={version.id} what="id of the version" />],
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

interface MetadataSectionProps {
  dataset: Dataset
  version: Version
  showVersion: (number: number) => void
}

function MetadataSection({ dataset, version, showVersion }: MetadataSectionProps) {
  const [editing, { open, close }] = useDisclosure(false)
  const edit = (
    <Button size="xs" variant="default" leftSection={<IconPencil size={14} aria-hidden />} onClick={open}>
      Edit metadata
    </Button>
  )
  const done = (made: Version | null) => {
    close()
    if (made) showVersion(made.number)
  }
  return (
    <Section title="Metadata" aside={!editing && may(dataset, 'dataset:edit') ? edit : null}>
      {editing ? (
        <MetadataEditor dataset={dataset} version={version} done={done} />
      ) : (
        <Metadata metadata={version.metadata} />
      )}
    </Section>
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
            <Table.Th w={150} c="dimmed" fw={500} style={{ verticalAlign: 'top' }} scope="row" className="break">
              {name}
            </Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
