import { Button, Group, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { StationFrame } from '@/pages/station/StationFrame'
import { meQuery } from '@/session/me'
import { LongList } from '@/show/LongList'
import { Empty, Page, Section } from '@/show/Page'
import { Time } from '@/show/Time'
import { callsQuery, type ApiCall } from './queries'
import classes from './Calls.module.css'

const LEAD =
  'What programs made for Squonk2 changed by the Data Manager’s interface: every call that is no GET, for 90 days, without secrets and files.'

const route = getRouteApi('/station/calls')

/** What was called in the reader's name, and who did it. */
export function OwnCalls() {
  const found = useInfiniteQuery(callsQuery('own'))
  return (
    <Page title="Your API calls" lead={LEAD}>
      <Section title="Calls">
        <LongList label="Calls" found={found} keyOf={(one) => String(one.id)} rowHeight={60} empty={<Nothing />}>
          {(one) => <Row one={one} />}
        </LongList>
      </Section>
    </Page>
  )
}

/** The same of everybody, for operators. */
export function StationCalls() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const { user } = route.useSearch()
  const found = useInfiniteQuery({ ...callsQuery(user ? { user } : 'everybody'), enabled: operator })
  return (
    <StationFrame title="API calls" lead={LEAD}>
      <Section title="Calls">
        <OfUser key={user ?? ''} given={user ?? ''} />
        <LongList label="Calls" found={found} keyOf={(one) => String(one.id)} rowHeight={60} empty={<Nothing />}>
          {(one) => <Row one={one} named />}
        </LongList>
      </Section>
    </StationFrame>
  )
}

function Nothing() {
  return <Empty title="No such call is kept">A call is here a moment after it ended.</Empty>
}

function OfUser({ given }: { given: string }) {
  const navigate = route.useNavigate()
  const [typed, setTyped] = useState(given)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void navigate({ search: typed.trim() ? { user: typed.trim() } : {} })
      }}
    >
      <Group align="flex-end" gap="xs" mb="sm">
        <TextInput
          label="Username"
          placeholder="everybody"
          autoCapitalize="none"
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          flex="1 1 12rem"
          maw={320}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
      </Group>
    </form>
  )
}

function Row({ one, named = false }: { one: ApiCall; named?: boolean }) {
  const { method, path, status, at, username, acted_by: actor, duration_seconds: took } = one
  const given = Object.entries({ ...one.query, ...one.form })
  return (
    <div className={classes.row}>
      <div>
        <Text component="span" className="mono break" fw={500}>
          {method} {path}
        </Text>
        <Text size="sm" c="dimmed" className="break">
          {named && `${username}, `}
          {actor && `by ${actor} in their place, `}
          {Math.round(took * 1000)} ms
          {given.length > 0 && `, with ${given.map(([name, value]) => `${name}=${value}`).join(' ')}`}
        </Text>
      </div>
      <Text component="span" className="tabular" c={status >= 400 ? 'var(--field-bad)' : 'var(--field-good)'} fw={500}>
        {status}
      </Text>
      <Text size="sm" c="dimmed" ta="right">
        <Time at={at} />
      </Text>
    </div>
  )
}
