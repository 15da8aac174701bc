import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { meQuery } from '@/session/me'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { Time } from '@/show/Time'
import classes from './Activity.module.css'
import { KINDS, readActivityFilters, type ActivityFilters } from './filters'
import { actionsQuery, type Action } from './queries'
import { useSeen } from './unread'
import { saidOf, whoOf } from './words'

const route = getRouteApi('/activity')
const CHOICES = Object.entries(KINDS).map(([value, label]) => ({ value, label }))

/** What was done about the organisations, units and products of the reader, newest first and live. */
export function Activity() {
  const filters = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(actionsQuery(filters))
  const filtered = Object.keys(filters).length > 0
  useSeen(useQuery(meQuery).data, filtered ? undefined : found.data?.pages[0]?.items[0])
  const change = (changes: Record<string, unknown>) =>
    void navigate({ search: (before) => readActivityFilters({ ...before, ...changes }), replace: true })
  return (
    <Page title="Activity" lead="What was done about your organisations, units and products.">
      <Stack gap="sm">
        <Filters filters={filters} change={change} clear={() => void navigate({ search: {}, replace: true })} />
        <section className="panel" aria-label="Activity">
          <LongList
            label="Activity"
            found={found}
            keyOf={(action) => String(action.id)}
            rowHeight={58}
            empty={<Nothing filtered={filtered} />}
          >
            {(action) => <ActionRow action={action} />}
          </LongList>
        </section>
      </Stack>
    </Page>
  )
}

interface FiltersProps {
  filters: ActivityFilters
  change: (changes: Record<string, unknown>) => void
  clear: () => void
}

function Filters({ filters, change, clear }: FiltersProps) {
  const about = filters.unit ?? filters.organisation ?? filters.product
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Filter activity">
      <Select
        label="About"
        placeholder="Everything"
        data={CHOICES}
        value={filters.kind ?? null}
        onChange={(kind) => change({ kind })}
        clearable
        clearButtonProps={{ 'aria-label': 'About everything' }}
        w={170}
      />
      <Day label="From" value={filters.from} change={(from) => change({ from })} />
      <Day label="Up to" value={filters.until} change={(until) => change({ until })} />
      {about && (
        <Text size="sm" c="dimmed" className="cut mono" pb={8}>
          {about}
        </Text>
      )}
      {Object.keys(filters).length > 0 && (
        <Button variant="subtle" onClick={clear}>
          Show all
        </Button>
      )}
    </Group>
  )
}

function Day({ label, value, change }: { label: string; value?: string | undefined; change: (day: string) => void }) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value ?? ''}
      onChange={(event) => change(event.currentTarget.value)}
      w={160}
    />
  )
}

function ActionRow({ action }: { action: Action }) {
  return (
    <div className={classes.row}>
      <Group justify="space-between" gap="md" wrap="nowrap" align="flex-start">
        <Text>
          <Text span fw={600}>
            {whoOf(action)}
          </Text>{' '}
          {saidOf(action)}
        </Text>
        <Text span size="sm" c="dimmed" className={classes.facts}>
          <Time at={action.at} />
        </Text>
      </Group>
      <About action={action} />
    </div>
  )
}

function About({ action }: { action: Action }) {
  if (action.unit)
    return (
      <PageLink to="/units/$unit" params={{ unit: action.unit }} size="sm">
        See the unit
      </PageLink>
    )
  if (!action.organisation) return null
  return (
    <PageLink to="/organisations/$organisation" params={{ organisation: action.organisation }} size="sm">
      See the organisation
    </PageLink>
  )
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="Nothing like that was done">Take a filter away to see more.</Empty>
  return (
    <Empty title="Nothing was done yet">
      Who makes a unit or joins one, subscribes, or is charged, stands here from then on.
    </Empty>
  )
}
