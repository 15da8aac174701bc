import { Group, Table, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import type { Condition, StationView } from '@/api/client'
import { Section } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { sentence } from '@/show/words'
import { Wide } from '@/show/Wide'

const CONDITIONS = {
  ok: { word: 'Works', icon: IconCircleCheck, color: 'var(--field-good)' },
  degraded: { word: 'Degraded', icon: IconAlertTriangle, color: 'var(--field-wait)' },
  down: { word: 'Down', icon: IconCircleX, color: 'var(--field-bad)' },
} as const

/** How something is: sign, colour and word. */
export function ConditionSign({ condition }: { condition: Condition }) {
  const { word, icon: Icon, color } = CONDITIONS[condition]
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <Icon size={16} color={color} aria-hidden />
      <Text span fw={500} c={color}>
        {word}
      </Text>
    </Group>
  )
}

/** Every part with its condition and what it says. */
export function Parts({ parts }: { parts: StationView['parts'] }) {
  return (
    <Section title="Parts">
      <Wide minWidth={420}>
        <Table verticalSpacing={6} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={140}>Part</Table.Th>
              <Table.Th w={130}>Condition</Table.Th>
              <Table.Th>What it says</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {parts.map((part) => (
              <Table.Tr key={part.name}>
                <Table.Td fw={500}>{part.name}</Table.Td>
                <Table.Td>
                  <ConditionSign condition={part.condition} />
                </Table.Td>
                <Table.Td>
                  <Prose text={part.text} />
                  {part.next_step && (
                    <>
                      {' '}
                      <strong>Next step:</strong> <Prose text={sentence(part.next_step)} />
                    </>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </Section>
  )
}
