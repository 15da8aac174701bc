import { Badge, Button, Table, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { meQuery } from '@/session/me'
import { ButtonLink, PageLink } from '@/show/links'
import { Empty, Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { NewOrganisation } from './NewOrganisation'
import { PersonalUnit } from './PersonalUnit'
import { organisationsQuery, unitsQuery, type Organisation } from './queries'
import { UnitTable } from './UnitTable'

/** Who works and pays together: the units that the reader belongs to, and their organisations. */
export function Organisations() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const units = useInfiniteQuery(unitsQuery())
  const found = units.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page
      title="Organisations"
      lead="Who works and pays together. Their units subscribe to products, which pay for projects and for storage."
      actions={
        <ButtonLink to="/assets" variant="default">
          Assets
        </ButtonLink>
      }
    >
      <Section title="Units">
        {units.isPending && <Loading />}
        {units.error && <ProblemNote error={units.error} retry={() => void units.refetch()} />}
        {units.isSuccess && found.length === 0 && (
          <Empty title="You belong to no unit yet">
            Make your personal unit below, or have a member of an organisation bring you into one of theirs.
          </Empty>
        )}
        {found.length > 0 && <UnitTable units={found} organisations />}
        {units.hasNextPage && (
          <Button
            mt="sm"
            variant="default"
            loading={units.isFetchingNextPage}
            onClick={() => void units.fetchNextPage()}
          >
            More units
          </Button>
        )}
      </Section>
      {units.isSuccess && <PersonalUnit units={found} />}
      <OrganisationList />
      {operator && <NewOrganisation />}
    </Page>
  )
}

function OrganisationList() {
  const organisations = useInfiniteQuery(organisationsQuery)
  const found = organisations.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Organisations that you see">
      {organisations.isPending && <Loading />}
      {organisations.error && <ProblemNote error={organisations.error} retry={() => void organisations.refetch()} />}
      {found.length > 0 && <OrganisationTable organisations={found} />}
      {organisations.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={organisations.isFetchingNextPage}
          onClick={() => void organisations.fetchNextPage()}
        >
          More organisations
        </Button>
      )}
    </Section>
  )
}

function OrganisationTable({ organisations }: { organisations: readonly Organisation[] }) {
  return (
    <Wide minWidth={480}>
      <Table verticalSpacing={6} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Owner</Table.Th>
            <Table.Th>You</Table.Th>
            <Table.Th>Made</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {organisations.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td className="break">
                <PageLink to="/organisations/$organisation" params={{ organisation: one.id }} size="sm" fw={500}>
                  {one.name}
                </PageLink>
              </Table.Td>
              <Table.Td className="break">
                {one.owner ?? (
                  <Text size="sm" c="dimmed">
                    the station
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{one.member && <Badge variant="light">member</Badge>}</Table.Td>
              <Table.Td>
                <Time at={one.created} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
