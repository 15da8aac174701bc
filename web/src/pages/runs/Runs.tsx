import { Button, Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ButtonLink } from '@/show/links'
import { Empty, Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Filters } from './Filters'
import { isFiltered } from './filters'
import { useRunList } from './list'
import { RunTable } from './RunTable'
import { Summary } from './Summary'

const route = getRouteApi('/runs')

/** All runs that the reader may see, newest first, live. */
export function Runs() {
  const filters = route.useSearch()
  const [atTop, setAtTop] = useState(true)
  const { list, rows, newer } = useRunList(filters, atTop)
  const more = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
  }
  return (
    <Page title="Runs" actions={<ButtonLink to="/tools">Run a tool</ButtonLink>}>
      <Stack gap="sm">
        <Filters filters={filters} />
        <Summary filters={filters} />
        {list.isPending && <Loading rows={8} />}
        {list.error && <ProblemNote error={list.error} retry={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && <NoRuns filtered={isFiltered(filters)} />}
        {rows.length > 0 && (
          <RunTable
            key={JSON.stringify(filters)}
            rows={rows}
            newer={atTop ? 0 : newer}
            loading={list.isFetchingNextPage}
            onEnd={more}
            onTop={setAtTop}
          />
        )}
      </Stack>
    </Page>
  )
}

function NoRuns({ filtered }: { filtered: boolean }) {
  const navigate = route.useNavigate()
  if (filtered) {
    const clear = () => void navigate({ search: {} })
    return (
      <Empty
        title="No run fits these filters"
        actions={
          <Button variant="default" onClick={clear}>
            Show all runs
          </Button>
        }
      />
    )
  }
  return (
    <Empty title="No runs yet" actions={<ButtonLink to="/tools">Choose a tool</ButtonLink>}>
      A run is a tool at work on your data, here at the station. Choose a tool and fill in its form.
    </Empty>
  )
}
