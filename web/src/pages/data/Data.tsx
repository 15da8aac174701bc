import { Button, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { count } from '@/format/number'
import { ButtonLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { DataRow } from './DataRow'
import { Facets } from './Facets'
import type { DataFilters } from './filters'
import { datasetsQuery } from './queries'
import classes from './Data.module.css'

const route = getRouteApi('/data')

/** The data sets one may see, with search and facets. */
export function Data() {
  const filters = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(datasetsQuery(filters))
  const sets = found.data?.pages.flatMap((page) => page.items) ?? []
  const counted = found.data?.pages[0]?.facets
  const narrow = (change: Partial<DataFilters>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  return (
    <Page
      title="Data"
      lead="Data sets keep files in versions that never change."
      actions={
        <ButtonLink to="/data/new" leftSection={<IconPlus size={16} aria-hidden />}>
          Add data
        </ButtonLink>
      }
    >
      <div className={classes.layout}>
        <Facets filters={filters} counted={counted} narrow={narrow} />
        <section className="panel" aria-label="Data sets">
          {counted && sets.length > 0 && (
            <Text size="sm" c="dimmed" px="md" py={6} role="status" className={`${classes.total} tabular`}>
              {counted.more && 'more than '}
              {count(counted.total, 'data set')}
            </Text>
          )}
          <LongList
            label="Data sets"
            found={found}
            keyOf={(set) => set.id}
            rowHeight={58}
            empty={<Nothing filters={filters} clear={() => void navigate({ search: {}, replace: true })} />}
          >
            {(set) => <DataRow set={set} />}
          </LongList>
        </section>
      </div>
    </Page>
  )
}

function Nothing({ filters, clear }: { filters: DataFilters; clear: () => void }) {
  if (filters.trashed) return <Empty title="The trash is empty">What you put there can be restored for a while.</Empty>
  if (Object.keys(filters).length > 0) {
    const actions = (
      <Button variant="default" onClick={clear}>
        Show all data
      </Button>
    )
    return <Empty title="No data set is like that" actions={actions} />
  }
  return (
    <Empty title="No data yet" actions={<ButtonLink to="/data/new">Add data</ButtonLink>}>
      <Text>Choose files or a folder of your computer; they become the first version of a data set.</Text>
    </Empty>
  )
}
