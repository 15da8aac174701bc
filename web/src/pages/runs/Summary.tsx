import { Group, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import { usePolling } from '@/live/news'
import { PageLink } from '@/show/links'
import { Prose } from '@/show/Prose'
import { LOOKS } from '@/show/runState'
import { sentence, whose } from '@/show/words'
import { changed, type RunFilters } from './filters'
import { byState, failuresOf, headline, written, type Failures } from './groups'

const OTHERS = 5

/** How many runs there are of each kind, all of them and not only those listed; each leads to its runs. */
export function Summary({ filters }: { filters: RunFilters }) {
  const counts = useQuery({
    queryKey: ['newest-runs', 'counts', filters],
    queryFn: ({ signal }) => take(api.GET('/api/v1/runs/counts', { params: { query: { ...filters } }, signal })),
    refetchInterval: usePolling(),
    placeholderData: keepPreviousData,
  })
  const groups = counts.data?.items ?? []
  const states = byState(groups)
  const failures = failuresOf(groups)
  if (states.length === 0) return null
  return (
    <Stack gap={6} className="panel" px="md" py="xs" role="region" aria-label="All of these runs">
      {(states.length > 1 || !failures) && (
        <Group gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {states.map(({ state, ...count }) => (
            <li key={state}>
              <PageLink to="/runs" search={changed(filters, { state })} className="tabular">
                {written(count)} {LOOKS[state].word.toLowerCase()}
              </PageLink>
            </li>
          ))}
        </Group>
      )}
      {failures && <Why failures={failures} filters={filters} />}
    </Stack>
  )
}

function Why({ failures, filters }: { failures: Failures; filters: RunFilters }) {
  const [first, ...others] = failures.reasons
  if (!first) return null
  const to = (reason: string) => changed(filters, { state: 'failed', reason })
  return (
    <>
      <Text>
        <strong>{headline(failures)}</strong>:{' '}
        <PageLink to="/runs" search={to(first.reason.reason)}>
          {first.reason.text}
        </PageLink>
        . Whose fault: {whose(first.reason.fault)}. <strong>Next step:</strong>{' '}
        <Prose text={sentence(first.reason.next_step)} />
      </Text>
      {others.length > 0 && (
        <Text size="sm">
          Also:{' '}
          {others.slice(0, OTHERS).map((other, at) => (
            <span key={other.reason.reason}>
              {at > 0 && '; '}
              {written(other)}{' '}
              <PageLink to="/runs" search={to(other.reason.reason)} size="sm">
                {other.reason.text}
              </PageLink>
            </span>
          ))}
          {others.length > OTHERS && `; and ${others.length - OTHERS} reasons more`}
        </Text>
      )}
    </>
  )
}
