import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, take, type NewRun, type Quote as Quoted } from '@/api/client'
import { count, grouped, size } from '@/format/number'
import { duration } from '@/format/time'
import { resources } from '@/pages/run/Details'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { shortId } from '@/show/run'
import { sentence } from '@/show/words'
import { tookBefore } from './took'
import classes from './Quote.module.css'

const TYPING_MS = 500
const AGAIN_MS = 10_000

/** What a run would use and get, as the form is filled in now; null while something is still lacking. */
export function Quote({ request }: { request: NewRun | null }) {
  const [text] = useDebouncedValue(request ? JSON.stringify(request) : '', TYPING_MS)
  const quote = useQuery({
    queryKey: ['quote', text],
    queryFn: ({ signal }) => take(api.POST('/api/v1/runs/quote', { body: JSON.parse(text) as NewRun, signal })),
    enabled: text !== '' && request !== null,
    refetchInterval: AGAIN_MS, // the queue moves
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
  return (
    <Section title="What it will take">
      {!request && <Text c="dimmed">Told as soon as the form has what the tool needs.</Text>}
      {request && quote.error && <ProblemNote error={quote.error} title="This would not be accepted" />}
      {request && !quote.error && (quote.data ? <Shown quote={quote.data} /> : <Loading />)}
    </Section>
  )
}

function Shown({ quote }: { quote: Quoted }) {
  const { before, output, queue, reuse, room } = quote
  return (
    <dl className={classes.list}>
      <Fact name="Reuse">
        {sentence(reuse.text)}{' '}
        {reuse.run && (
          <PageLink to="/runs/$run" params={{ run: reuse.run }}>
            Run {shortId(reuse.run)}
          </PageLink>
        )}
      </Fact>
      <Fact name="May use">
        {resources(quote.resources)}, at most {duration(quote.hard_seconds * 1000)}
      </Fact>
      <Fact name="Took before">{tookBefore(before)}</Fact>
      <Fact name="Queue">
        {queue.ahead === 0
          ? 'No run is before it.'
          : `Place ${grouped(queue.ahead + 1)}, behind ${count(queue.ahead, 'run')}.`}
        {queue.estimate_seconds !== null && queue.estimate_seconds !== undefined && queue.ahead > 0
          ? ` It should begin in about ${duration(queue.estimate_seconds * 1000)}.`
          : ''}
      </Fact>
      <Fact name="Result">
        {output.id ? 'The next version of' : 'The first version of a new data set'} {output.name}
      </Fact>
      {room && (
        <Fact name="Quota">
          {size(room.free)} free of {size(room.quota)}
          {before.output_bytes && before.output_bytes.p90 > room.free && (
            <strong> That is less than such runs made before.</strong>
          )}
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Text component="dt" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} className="break tabular">
        {children}
      </Text>
    </>
  )
}
