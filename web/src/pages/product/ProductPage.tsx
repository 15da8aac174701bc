import { Box, Group, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { PeriodChoice } from '@/pages/charges/PeriodChoice'
import { billQuery, type Bill } from '@/pages/charges/queries'
import { coinCount, coins } from '@/pages/unit/coins'
import { PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { ChargeList } from './ChargeList'

const BurnDown = lazy(() => import('./BurnDown'))
const route = getRouteApi('/products/$product')

/** A product: what it used in a billing period, what it will probably come to, and each of its charges. */
export function ProductPage() {
  const { product } = route.useParams()
  const { prior = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  const found = useQuery(billQuery(product, prior))
  const choose = (next: number) => void navigate({ search: next > 0 ? { prior: next } : {}, replace: true })
  const bill = found.data
  return (
    <Page
      title={bill?.name ?? 'Product'}
      lead={bill && <Lead bill={bill} />}
      actions={<PeriodChoice prior={prior} choose={choose} />}
    >
      {found.isPending && <Loading rows={5} />}
      {found.error && (
        <ProblemNote error={found.error} title="This product cannot be shown" retry={() => void found.refetch()} />
      )}
      {bill && (
        <Section title="Coins">
          <Figures bill={bill} />
          <Suspense fallback={<Skeleton height={280} />}>
            <BurnDown bill={bill} />
          </Suspense>
        </Section>
      )}
      {bill && <ChargeList product={bill.product} />}
    </Page>
  )
}

function Lead({ bill }: { bill: Bill }) {
  return (
    <>
      {bill.type === 'storage' ? 'Storage of ' : 'A project tier of '}
      <PageLink to="/units/$unit" params={{ unit: bill.unit }}>
        {bill.unit_name}
      </PageLink>
      , {bill.period.begin} to {bill.period.end}.
    </>
  )
}

function Figures({ bill }: { bill: Bill }) {
  const figures: [string, string][] = [
    ['Bill', `${coins(bill.bill)} of ${coins(bill.allowance)}, at most ${coins(bill.limit)}`],
    ['Jobs', coinCount(bill.processing)],
    ['Storage', coinCount(bill.storage)],
  ]
  if (bill.current) {
    figures.push(['Under way', `${coinCount(bill.open)}, ${coins(bill.held)} set aside`])
    figures.push(['Burns', `${coinCount(bill.burn_rate)} a day`])
    figures.push(['Prediction', coinCount(bill.prediction)])
  }
  return (
    <>
      {bill.at_limit && (
        <Text c="red" fw={500} mb="xs">
          This product is at its limit: new work is refused until the limit is raised or the next period begins.
        </Text>
      )}
      <Group component="dl" gap="lg" m={0} mb="sm">
        {figures.map(([name, said]) => (
          <Box key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} className="tabular">
              {said}
            </Text>
          </Box>
        ))}
      </Group>
    </>
  )
}
