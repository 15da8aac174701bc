import { Code, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, take, type NewLaunch } from '@/api/client'
import type { components } from '@/api/schema'
import { count } from '@/format/number'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { isFree } from './queries'
import classes from './Jobs.module.css'

const TYPING_MS = 400

/** What a launch comes to as the form is filled in now; null while something is still lacking. */
export function Trial({ launch }: { launch: NewLaunch | null }) {
  const [text] = useDebouncedValue(launch ? JSON.stringify(launch) : '', TYPING_MS)
  const tried = useQuery({
    queryKey: ['trial', text],
    queryFn: ({ signal }) => take(api.POST('/api/v1/instances/trial', { body: JSON.parse(text) as NewLaunch, signal })),
    enabled: text !== '' && launch !== null,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
  return (
    <Section title="What it comes to">
      {!launch && <Text c="dimmed">Told as soon as the form has what the job needs.</Text>}
      {launch && tried.error && <ProblemNote error={tried.error} title="This would not be accepted" />}
      {launch && !tried.error && !tried.data && <Loading />}
      {launch && !tried.error && tried.data && (
        <Stack gap="sm">
          <div role="status" aria-label="Command">
            <Text size="sm" c="dimmed" mb={4}>
              The command
            </Text>
            <Code block className={classes.command}>
              {tried.data.command}
            </Code>
          </div>
          <Text>{costOf(tried.data.quote)}</Text>
        </Stack>
      )}
    </Section>
  )
}

function costOf({ coins, past, rate }: components['schemas']['ExpectedOut']): string {
  if (isFree(rate)) return 'It costs nothing here.'
  if (past === 0) return `What it will cost is not known yet: none of its kind has ended. Its rate is ${rate ?? ''}.`
  return `It is expected to cost ${coins} coins, the median of ${count(past, 'such job')} before; so much is set aside for it.`
}
