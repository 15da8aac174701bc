import { Button, Group, SimpleGrid, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { api, take, type ToolItem } from '@/api/client'
import { ButtonLink, PageLink } from '@/show/links'
import { Empty, Loading, Page } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { ProblemNote } from '@/show/Problem'
import { readSearch } from './search'
import classes from './Tools.module.css'

const route = getRouteApi('/tools')
const TYPING_MS = 250
const PAGE_SIZE = 60

/** The tools that the reader may use. */
export function Tools() {
  const { search } = route.useSearch()
  const navigate = route.useNavigate()
  const typed = useDebouncedCallback(
    (text: string) => void navigate({ search: readSearch({ search: text }), replace: true }),
    TYPING_MS,
  )
  const tools = useInfiniteQuery({
    queryKey: ['tools', 'list', search ?? ''],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET('/api/v1/tools', { params: { query: { search, limit: PAGE_SIZE, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const items = tools.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title="Tools" lead="Published definitions of programs that run beside the data.">
      <TextInput
        type="search"
        label="Search tools"
        placeholder="Name, title or description"
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search ?? ''}
        onChange={(event) => typed(event.currentTarget.value)}
        maw={420}
      />
      {tools.isPending && <Loading rows={5} />}
      {tools.error && <ProblemNote error={tools.error} retry={() => void tools.refetch()} />}
      {tools.isSuccess && items.length === 0 && (
        <Empty title={search ? 'No tool fits this search' : 'There is no tool that you may use'}>
          {search ? 'Try another word.' : 'Publish one, or ask whoever keeps this station.'}
        </Empty>
      )}
      <SimpleGrid
        component="ul"
        cols={{ base: 1, xs: 2, lg: 3 }}
        spacing="sm"
        p={0}
        m={0}
        style={{ listStyle: 'none' }}
      >
        {items.map((tool) => (
          <ToolCard key={tool.id} tool={tool} />
        ))}
      </SimpleGrid>
      {tools.hasNextPage && (
        <Button variant="default" loading={tools.isFetchingNextPage} onClick={() => void tools.fetchNextPage()}>
          More tools
        </Button>
      )}
    </Page>
  )
}

function ToolCard({ tool }: { tool: ToolItem }) {
  const isJob = tool.format !== 'native'
  return (
    <li className={`panel ${classes.card}`}>
      <PageLink to="/tools/$tool" params={{ tool: isJob ? tool.id : tool.name }} fw={600}>
        {tool.title || tool.name}
      </PageLink>
      <Text size="sm" c="dimmed">
        {tool.name} {tool.version}
        {isJob && `, job of ${tool.namespace.replace('squonk2/', '')}`}
      </Text>
      <Text lineClamp={3} flex={1}>
        <Prose text={tool.description} />
      </Text>
      {!isJob && (
        <Group mt="xs">
          <ButtonLink
            size="xs"
            variant="light"
            to="/tools/$tool/run"
            params={{ tool: tool.name }}
            aria-label={`Run ${tool.title || tool.name}`}
          >
            Run
          </ButtonLink>
        </Group>
      )}
    </li>
  )
}
