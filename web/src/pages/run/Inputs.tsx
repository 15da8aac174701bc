import { Anchor, Table, Text } from '@mantine/core'
import type { Run } from '@/api/client'
import { PageLink } from '@/show/links'
import { Section } from '@/show/Page'
import { archiveAddress } from './queries'

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
  const { dataset, number, path, slot, name, title } = input
  return (
    <Table.Tr>
      <Table.Td>{slot}</Table.Td>
      <Table.Td className="break">
        <PageLink to="/data/$dataset" params={{ dataset }} search={{ version: number }}>
          {title ?? name ?? 'a data set that you may not see'}, version {number}
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
