import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Comparison, Run } from '@/api/client'
import { count, size } from '@/format/number'
import { PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { nameOf } from '@/show/run'
import { State } from '@/show/State'
import { Time } from '@/show/Time'
import { comparisonQuery } from '../queries'

const route = getRouteApi('/runs/$run/compare/$other')
const CHANGES = { same: 'the same', different: 'different', missing: 'only before', added: 'only after' } as const

/** What two runs made, file by file. */
export function Compare() {
  const { run, other } = route.useParams()
  const found = useQuery(comparisonQuery(run, other))
  return (
    <Page title="Two runs compared" lead={<PageLink to="/runs">Runs</PageLink>}>
      {found.isPending && <Loading rows={6} />}
      {found.error && <ProblemNote error={found.error} title="These runs cannot be compared" />}
      {found.data && <Shown found={found.data} />}
    </Page>
  )
}

function Shown({ found }: { found: Comparison }) {
  const differing = found.files.filter((file) => file.change !== 'same').length
  return (
    <>
      <Section title={found.identical ? 'Every byte is the same' : 'They differ'}>
        <Side name="Before" run={found.before} />
        <Side name="After" run={found.after} />
        <Text mt="xs">
          {count(found.files.length, 'file')},{' '}
          {differing === 0 ? 'none of them differs' : `${differing} of them not the same`}.
        </Text>
      </Section>
      {found.files.length > 0 && <Files files={found.files} />}
    </>
  )
}

function Side({ name, run }: { name: string; run: Run }) {
  return (
    <Text component="div">
      {name}:{' '}
      <PageLink to="/runs/$run" params={{ run: run.id }}>
        {nameOf(run)}
      </PageLink>{' '}
      <State state={run.state} /> <Time at={run.ended_at ?? run.created_at} />
    </Text>
  )
}

function Files({ files }: { files: Comparison['files'] }) {
  return (
    <Section title="Files">
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={4} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>Is</Table.Th>
              <Table.Th ta="right">Before</Table.Th>
              <Table.Th ta="right">After</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.path}>
                <Table.Td className="break">{file.path}</Table.Td>
                <Table.Td fw={file.change === 'same' ? 400 : 600}>{CHANGES[file.change]}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  {file.before ? size(file.before.size) : ''}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {file.after ? size(file.after.size) : ''}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  )
}
