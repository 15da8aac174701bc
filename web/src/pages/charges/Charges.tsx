import { Button, NativeSelect, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { organisationsQuery } from '@/pages/organisations/queries'
import { coinCount, coins } from '@/pages/unit/coins'
import { PageLink } from '@/show/links'
import { Empty, Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Wide } from '@/show/Wide'
import { PeriodChoice } from './PeriodChoice'
import { billsQuery, type UnitBill } from './queries'
import type { ChargesSearch } from './search'

const route = getRouteApi('/charges')

/** What the units that the reader sees are charged, from organisation to product. */
export function Charges() {
  const { organisation, prior = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  const bills = useInfiniteQuery(billsQuery(organisation, prior))
  const found = bills.data?.pages.flatMap((page) => page.items) ?? []
  const go = (search: ChargesSearch) => void navigate({ search, replace: true })
  return (
    <Page
      title="Charges"
      lead="What jobs and storage cost, by unit and product. Each unit’s period begins on its own billing day."
      actions={
        <>
          <Organisation chosen={organisation} choose={(one) => go(search(one, prior))} />
          <PeriodChoice prior={prior} choose={(next) => go(search(organisation, next))} />
        </>
      }
    >
      {bills.isPending && <Loading rows={5} />}
      {bills.error && <ProblemNote error={bills.error} retry={() => void bills.refetch()} />}
      {bills.isSuccess && found.length === 0 && (
        <Empty title="You see no unit">
          Units subscribe to products, which are charged. Make one, or have a member add you.
        </Empty>
      )}
      {found.map((bill) => (
        <UnitCharges key={bill.unit} bill={bill} prior={prior} />
      ))}
      {bills.hasNextPage && (
        <Button variant="default" loading={bills.isFetchingNextPage} onClick={() => void bills.fetchNextPage()}>
          More units
        </Button>
      )}
    </Page>
  )
}

function search(organisation: string | undefined, prior: number): ChargesSearch {
  return { ...(organisation && { organisation }), ...(prior > 0 && { prior }) }
}

function Organisation({ chosen, choose }: { chosen: string | undefined; choose: (one: string | undefined) => void }) {
  const organisations = useInfiniteQuery(organisationsQuery).data?.pages.flatMap((page) => page.items) ?? []
  return (
    <NativeSelect
      size="xs"
      aria-label="Organisation"
      value={chosen ?? ''}
      onChange={(event) => choose(event.currentTarget.value || undefined)}
      data={[
        { value: '', label: 'All organisations' },
        ...organisations.map((one) => ({ value: one.id, label: one.name })),
      ]}
    />
  )
}

function UnitCharges({ bill, prior }: { bill: UnitBill; prior: number }) {
  return (
    <Section
      title={`${bill.organisation_name}: ${bill.name}`}
      aside={
        <Text size="sm" className="tabular">
          {coinCount(bill.coins)}, {bill.period.begin} to {bill.period.end}
        </Text>
      }
    >
      {bill.products.length === 0 ? (
        <Text c="dimmed">It has subscribed to nothing.</Text>
      ) : (
        <Wide minWidth={480}>
          <Table verticalSpacing={6} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Product</Table.Th>
                <Table.Th ta="right">Jobs</Table.Th>
                <Table.Th ta="right">Storage</Table.Th>
                <Table.Th ta="right">Coins</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {bill.products.map((one) => (
                <Table.Tr key={one.product}>
                  <Table.Td className="break">
                    <PageLink
                      to="/products/$product"
                      params={{ product: one.product }}
                      search={prior > 0 ? { prior } : {}}
                      size="sm"
                    >
                      {one.name}
                    </PageLink>
                  </Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {coins(one.processing)}
                  </Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {coins(one.storage)}
                  </Table.Td>
                  <Table.Td ta="right" className="tabular" fw={500}>
                    {coins(one.coins)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
    </Section>
  )
}
