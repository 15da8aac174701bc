import { Button, Group, Progress, Table, Text, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import { count } from '@/format/number'
import { booksChanged, productsQuery, type Product, type Unit } from '@/pages/organisations/queries'
import { PageLink } from '@/show/links'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Wide } from '@/show/Wide'
import { ChangeProduct } from './ChangeProduct'
import { coins, share } from './coins'

/** What a unit subscribed to. */
export function Products({ unit }: { unit: Unit }) {
  const products = useInfiniteQuery(productsQuery(unit.id))
  const found = products.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Products">
      {products.isPending && <Loading />}
      {products.error && <ProblemNote error={products.error} retry={() => void products.refetch()} />}
      {products.isSuccess && found.length === 0 && (
        <Empty title="This unit has subscribed to nothing yet">
          A project tier pays for one project, storage for the data sets of the unit.
        </Empty>
      )}
      {found.length > 0 && <ProductTable products={found} />}
      {products.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={products.isFetchingNextPage}
          onClick={() => void products.fetchNextPage()}
        >
          More products
        </Button>
      )}
    </Section>
  )
}

function ProductTable({ products }: { products: readonly Product[] }) {
  return (
    <Wide minWidth={680}>
      <Table verticalSpacing={6} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Coins of this period</Table.Th>
            <Table.Th>Period</Table.Th>
            <Table.Th>Project</Table.Th>
            <Table.Th>
              <VisuallyHidden>What to do</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {products.map((product) => (
            <Table.Tr key={product.id}>
              <Table.Td className="break" fw={500}>
                <PageLink to="/products/$product" params={{ product: product.id }} size="sm">
                  {product.name}
                </PageLink>
              </Table.Td>
              <Table.Td>{kindOf(product)}</Table.Td>
              <Table.Td>
                <Used product={product} />
              </Table.Td>
              <Table.Td>{count(product.period.remaining_days, 'day')} left</Table.Td>
              <Table.Td className="break">
                <Claimed product={product} />
              </Table.Td>
              <Table.Td ta="right">
                <Group gap={4} wrap="nowrap" justify="flex-end">
                  <ChangeProduct product={product} />
                  {!product.claim && <Remove product={product} />}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function kindOf(product: Product): string {
  return product.flavour ? `${product.flavour} tier` : 'storage'
}

function Claimed({ product }: { product: Product }) {
  if (!product.claim)
    return product.flavour ? (
      <Text size="sm" c="dimmed">
        free to be claimed
      </Text>
    ) : null
  return (
    <PageLink to="/projects/$project" params={{ project: product.claim.project }} size="sm">
      {product.claim.name}
    </PageLink>
  )
}

function Used({ product }: { product: Product }) {
  return (
    <>
      <Text className="tabular" size="sm">
        {coins(product.used)} of {coins(product.allowance)}
        {product.limit !== product.allowance && `, at most ${coins(product.limit)}`}
        {product.at_limit && ' (new work is refused)'}
      </Text>
      <Progress
        value={share(product.used, product.allowance)}
        color={product.at_limit ? 'red' : 'field'}
        aria-label={`Coins of ${product.name} used`}
        maw={200}
      />
    </>
  )
}

function Remove({ product }: { product: Product }) {
  const [asking, ask] = useDisclosure(false)
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/products/{product}', { params: { path: { product: product.id } } })),
    onSuccess: () => booksChanged(queries),
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={ask.open} aria-label={`Remove ${product.name}`}>
        Remove
      </Button>
      <Question
        title="Remove this product?"
        text={`“${product.name}” ends at once. What it was charged stays in the books.`}
        verb="Remove"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </>
  )
}
