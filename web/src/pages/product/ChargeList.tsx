import { Button, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { size } from '@/format/number'
import { chargesQuery, type Charge } from '@/pages/charges/queries'
import { coins } from '@/pages/unit/coins'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Wide } from '@/show/Wide'

/** Every charge of a product: jobs under way first, then newest day first. */
export function ChargeList({ product }: { product: string }) {
  const charges = useInfiniteQuery(chargesQuery(product))
  const found = charges.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Charges">
      {charges.isPending && <Loading />}
      {charges.error && <ProblemNote error={charges.error} retry={() => void charges.refetch()} />}
      {charges.isSuccess && found.length === 0 && (
        <Text c="dimmed">Nothing was charged yet. Jobs are when they run, storage on each day.</Text>
      )}
      {found.length > 0 && <ChargeTable charges={found} />}
      {charges.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={charges.isFetchingNextPage}
          onClick={() => void charges.fetchNextPage()}
        >
          Earlier charges
        </Button>
      )}
    </Section>
  )
}

function ChargeTable({ charges }: { charges: readonly Charge[] }) {
  return (
    <Wide minWidth={560}>
      <Table verticalSpacing={6} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th ta="right">Coins</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {charges.map((charge) => (
            <Table.Tr key={charge.id}>
              <Table.Td className="tabular">{charge.day ?? 'today'}</Table.Td>
              <Table.Td className="break">
                {charge.instance ? (
                  <PageLink to="/instances/$instance" params={{ instance: charge.instance }}>
                    {whatOf(charge)}
                  </PageLink>
                ) : (
                  whatOf(charge)
                )}
              </Table.Td>
              <Table.Td className="break">{charge.launched_by}</Table.Td>
              <Table.Td ta="right" className="tabular">
                {coins(charge.coins)}
              </Table.Td>
              <Table.Td>{stateOf(charge)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function whatOf(charge: Charge): string {
  return charge.kind === 'storage' ? `Storage, at most ${size(charge.peak_bytes ?? 0)}` : (charge.name ?? 'a job')
}

function stateOf(charge: Charge): string {
  if (charge.refunded) return 'refunded'
  if (charge.closed) return 'charged'
  return charge.kind === 'storage' ? 'until now' : 'under way'
}
