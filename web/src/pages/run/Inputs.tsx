import { Anchor, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Run } from '@/api/client'
import { PageLink } from '@/show/links'
import { Section } from '@/show/Page'
import { archiveAddress, datasetQuery } from './queries'

type Input = Run['inputs'][number]

/** The versions and files that a run read. */
export function Inputs({ run }: { run: Run }) {
  return (
    <Section title="Inputs">
      {run.inputs.length === 0 ? (
        <Text c="dimmed">This tool takes no data.</Text>
      ) : (
        <Table.ScrollContainer minWidth={300}>
          <Table verticalSpacing={4} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>For</Table.Th>
                <Table.Th>Data set</Table.Th>
                <Table.Th>File</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {run.inputs.map((input) => (
                <InputRow key={`${input.slot} ${input.target}`} input={input} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  )
}

function InputRow({ input }: { input: Input }) {
  const { dataset, number, path, slot } = input
  const { data } = useQuery(datasetQuery(dataset))
  return (
    <Table.Tr>
      <Table.Td>{slot}</Table.Td>
      <Table.Td className="break">
        <PageLink to="/data/$dataset" params={{ dataset }} search={{ version: number }}>
          {data?.title || data?.name || 'a data set'}, version {number}
        </PageLink>
      </Table.Td>
      <Table.Td className="break">
        {path ? (
          <PageLink to="/data/$dataset" params={{ dataset }} search={{ version: number, file: path }}>
            {path}
          </PageLink>
        ) : (
          <Anchor href={archiveAddress(dataset, number)} download>
            all files (zip)
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
