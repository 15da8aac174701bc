import { Badge, Table, Text } from '@mantine/core'
import { PageLink } from '@/show/links'
import { Wide } from '@/show/Wide'
import type { Unit } from './queries'

/** Units, each a link to its products; with their organisations where these differ. */
export function UnitTable({ units, organisations = false }: { units: readonly Unit[]; organisations?: boolean }) {
  return (
    <Wide minWidth={organisations ? 480 : 360}>
      <Table verticalSpacing={6} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            {organisations && <Table.Th>Organisation</Table.Th>}
            <Table.Th>Owner</Table.Th>
            <Table.Th ta="right">Billing day</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {units.map((unit) => (
            <Table.Tr key={unit.id}>
              <Table.Td className="break">
                <PageLink to="/units/$unit" params={{ unit: unit.id }} size="sm" fw={500}>
                  {unit.name}
                </PageLink>{' '}
                {unit.personal && <Badge variant="light">personal</Badge>}
              </Table.Td>
              {organisations && (
                <Table.Td className="break">
                  <PageLink to="/organisations/$organisation" params={{ organisation: unit.organisation }} size="sm">
                    {unit.organisation_name}
                  </PageLink>
                </Table.Td>
              )}
              <Table.Td className="break">
                {unit.owner ?? (
                  <Text size="sm" c="dimmed">
                    the station
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right" className="tabular">
                {unit.billing_day}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
