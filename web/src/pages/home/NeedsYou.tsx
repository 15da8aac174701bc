import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, take, type Account, type Token } from '@/api/client'
import { attentionQuery, nameOfUpload, uploadsQuery, type RunNote, type Upload } from '@/attention/queries'
import { count, size } from '@/format/number'
import { usePolling } from '@/live/news'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { nameOf } from '@/show/run'
import { Time, useNow } from '@/show/Time'
import { sentence } from '@/show/words'
import { endingSoon, leftLying, nearlyFull } from './needs'
import { storageQuery, tokensQuery } from './queries'
import classes from './Home.module.css'

const RUNS_SHOWN = 6
const TUS = '1.0.0'

/** Everything that waits for the reader: failures to look at, sendings to take up again, what ends or runs full. */
export function NeedsYou() {
  const attention = useQuery({ ...attentionQuery, refetchInterval: usePolling() })
  const uploads = useQuery(uploadsQuery)
  const tokens = useQuery(tokensQuery)
  const storage = useQuery(storageQuery)
  const now = useNow()
  const asked = [attention, uploads, tokens, storage]
  const error = asked.find((one) => one.error)?.error
  const failed = attention.data?.failed ?? []
  const lying = leftLying(uploads.data?.items ?? [], now)
  const ending = endingSoon(tokens.data?.items ?? [], now)
  const full = storage.data ? nearlyFull(storage.data) : null
  const none = failed.length + lying.length + ending.length === 0 && full === null
  return (
    <Section title="Needs you">
      {asked.some((one) => one.isPending) && <Loading rows={2} />}
      {error && <ProblemNote error={error} retry={() => asked.forEach((one) => void one.refetch())} />}
      {asked.every((one) => one.isSuccess) && none && <Text c="dimmed">Nothing waits for you.</Text>}
      <ul className={classes.needs}>
        {full !== null && storage.data && <Full percent={full} account={storage.data} />}
        {failed.slice(0, RUNS_SHOWN).map((run) => (
          <Failure key={run.id} run={run} />
        ))}
        {lying.length > 0 && <LeftLying uploads={lying} />}
        {ending.length > 0 && <Ending tokens={ending} />}
      </ul>
      {failed.length > RUNS_SHOWN && (
        <PageLink to="/runs" search={{ state: 'failed' }}>
          All failed runs
        </PageLink>
      )}
    </Section>
  )
}

function Need({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children?: ReactNode }) {
  return (
    <li>
      <Group gap="sm" wrap="nowrap" justify="space-between">
        {title}
        {aside && (
          <Text span size="sm" c="dimmed" style={{ flexShrink: 0 }}>
            {aside}
          </Text>
        )}
      </Group>
      {children}
    </li>
  )
}

function Failure({ run }: { run: RunNote }) {
  const link = (
    <PageLink to="/runs/$run" params={{ run: run.id }} className="cut" fw={500}>
      {nameOf(run)}
    </PageLink>
  )
  return (
    <Need title={link} aside={<Time at={run.ended_at ?? run.created_at} />}>
      {run.reason && (
        <Text size="sm" c="dimmed">
          Failed. <Prose text={sentence(run.reason.text)} />
        </Text>
      )}
    </Need>
  )
}

function LeftLying({ uploads }: { uploads: readonly Upload[] }) {
  const queries = useQueryClient()
  const drop = useMutation({
    mutationFn: () => Promise.all(uploads.map(({ id }) => end(id))),
    onSettled: () => Promise.all([['uploads'], ['storage']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
  const [first] = uploads
  const reserved = uploads.reduce((sum, upload) => sum + upload.size, 0)
  return (
    <Need title={<Text fw={500}>{count(uploads.length, 'upload was', 'uploads were')} not finished</Text>}>
      <Text size="sm" c="dimmed" className="break">
        {first && nameOfUpload(first)}
        {uploads.length > 1 && ` and ${count(uploads.length - 1, 'more', 'more')}`}: {size(reserved)} of your storage
        stay reserved. Choose the same files again, and they go on where they stopped.
      </Text>
      {drop.error && <ProblemNote error={drop.error} />}
      <Group gap="xs" mt={4}>
        <PageLink to="/data/new" size="sm">
          Go on
        </PageLink>
        <Button variant="subtle" size="compact-sm" loading={drop.isPending} onClick={() => drop.mutate()}>
          Throw away
        </Button>
      </Group>
    </Need>
  )
}

function end(upload: string): Promise<unknown> {
  const params = { path: { upload }, header: { 'Tus-Resumable': TUS } as const }
  return take(api.DELETE('/api/v1/uploads/{upload}', { params }))
}

function Ending({ tokens }: { tokens: readonly Token[] }) {
  return (
    <Need
      title={
        <PageLink to="/tokens" fw={500}>
          {count(tokens.length, 'token ends', 'tokens end')} soon
        </PageLink>
      }
    >
      <Stack gap={0}>
        {tokens.slice(0, 3).map((token) => (
          <Text key={token.id} size="sm" c="dimmed" className="break">
            {token.name}: <Time at={token.expires} full />
          </Text>
        ))}
      </Stack>
    </Need>
  )
}

function Full({ percent, account }: { percent: number; account: Account }) {
  return (
    <Need title={<Text fw={500}>{percent} % of your storage is used</Text>}>
      <Text size="sm" c="dimmed">
        {size(Math.max(0, account.free))} are left. <PageLink to="/data">Put data into the trash</PageLink>, or ask an
        operator for more.
      </Text>
    </Need>
  )
}
