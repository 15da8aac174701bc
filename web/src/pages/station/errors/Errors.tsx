import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { count, grouped } from '@/format/number'
import { meQuery } from '@/session/me'
import { Copied } from '@/show/Copied'
import { PageLink } from '@/show/links'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { errorQuery, errorsQuery, type Incident } from '../queries'
import { StationFrame } from '../StationFrame'
import classes from '../Station.module.css'

const route = getRouteApi('/station/errors')

/** Errors that nobody expected: the latest, and one by its id or by that of a request. */
export function StationErrors() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const { error } = route.useSearch()
  const listed = useQuery({ ...errorsQuery, enabled: operator })
  return (
    <StationFrame title="Errors of the station" lead="What nobody expected, in the doors and in the workers.">
      <Stack gap="md">
        <Finder key={error ?? ''} given={error ?? ''} />
        {operator && error && <Found reference={error} />}
        <Section title="Latest">
          {listed.isPending && <Loading rows={4} />}
          {listed.error && <ProblemNote error={listed.error} retry={() => void listed.refetch()} />}
          {listed.data?.items.length === 0 && (
            <Empty title="No error was met">If one is, it stands here with its place in the code.</Empty>
          )}
          <ErrorList errors={listed.data?.items ?? []} />
        </Section>
      </Stack>
    </StationFrame>
  )
}

function Finder({ given }: { given: string }) {
  const navigate = route.useNavigate()
  const [typed, setTyped] = useState(given)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void navigate({ search: typed.trim() ? { error: typed.trim() } : {} })
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Id of an error or of a request"
          description="As an error message names it"
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          flex="1 1 16rem"
          maw={480}
        />
        <Button type="submit" variant="default">
          Find it
        </Button>
      </Group>
    </form>
  )
}

function Found({ reference }: { reference: string }) {
  const found = useQuery(errorQuery(reference))
  if (found.error) return <ProblemNote error={found.error} title="Not found" />
  if (!found.data) return <Loading />
  const { id, kind, message, place, trace, requests, first_at, last_at, release } = found.data
  return (
    <Section title={kind}>
      <Stack gap="sm">
        {message && <Text className="break">{message}</Text>}
        <Text c="dimmed" className="break">
          At {place}, {count(found.data.count, 'time')}, first <Time at={first_at} full />, last{' '}
          <Time at={last_at} full /> with release {release}. <Copied text={id} what="id of the error" />
        </Text>
        <pre className={classes.trace} tabIndex={0} role="region" aria-label="Calls that led there">
          {trace}
        </pre>
        {requests.length > 0 && (
          <div>
            <Text fw={600}>Latest requests that met it</Text>
            {requests.map((request) => (
              <div key={request}>
                <Copied text={request} what="id of the request" />
              </div>
            ))}
          </div>
        )}
      </Stack>
    </Section>
  )
}

function ErrorList({ errors }: { errors: readonly Incident[] }) {
  return (
    <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {errors.map((error) => (
        <li key={error.id} className={classes.error}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <PageLink to="/station/errors" search={{ error: error.id }} className="cut" fw={500}>
              {error.kind}
            </PageLink>
            <Text span size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {error.count > 1 && `${grouped(error.count)} times, last `}
              <Time at={error.last_at} />
            </Text>
          </Group>
          <Text size="sm" className="break">
            {error.message}
          </Text>
          <Text size="sm" c="dimmed" className="break">
            {error.place}
          </Text>
        </li>
      ))}
    </Stack>
  )
}
