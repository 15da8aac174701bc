import { Button, Group, Modal, NumberInput, Stack, Switch, Table, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { LongList } from '@/show/LongList'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { pastRatesQuery, ratesQuery } from '../queries'
import { StationFrame } from '../StationFrame'
import classes from '../Station.module.css'

type Rated = components['schemas']['RatedToolOut']

const route = getRouteApi('/station/rates')

/** What jobs cost: coins for a thousand of what a job says that it cost. */
export function StationRates() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const { unset } = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery({ ...ratesQuery(unset ?? false), enabled: operator })
  const [changed, setChanged] = useState<Rated | null>(null)
  return (
    <StationFrame
      title="Rates of jobs"
      lead="A job tells what it cost; a thousand of that comes to so many coins. One without a rate costs nothing."
    >
      <Section title="Jobs">
        <Switch
          label="Only those that no rate was set for"
          checked={unset ?? false}
          onChange={(event) => void navigate({ search: event.currentTarget.checked ? { unset: true } : {} })}
          mb="sm"
        />
        <LongList
          label="Jobs and their rates"
          found={found}
          keyOf={(one) => `${one.id} ${one.version}`}
          rowHeight={46}
          empty={<Empty title={unset ? 'Every job has a rate' : 'There are no jobs'} />}
        >
          {(one) => <Row one={one} change={() => setChanged(one)} />}
        </LongList>
      </Section>
      <Modal
        opened={changed !== null}
        onClose={() => setChanged(null)}
        title={changed ? `Rate of ${nameOf(changed)}` : ''}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {changed && <RateForm one={changed} close={() => setChanged(null)} />}
      </Modal>
    </StationFrame>
  )
}

function nameOf({ namespace, name, version }: Rated): string {
  return `${namespace.slice(namespace.indexOf('/') + 1)}/${name}@${version}`
}

function Row({ one, change }: { one: Rated; change: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm" py={6} className={classes.line}>
      <Text className="break" fw={500} flex="1 1 auto">
        {nameOf(one)}
      </Text>
      <Text className="tabular" {...(one.rate === undefined && { c: 'dimmed' })}>
        {one.rate ?? 'no rate'}
      </Text>
      <Button size="xs" variant="default" onClick={change} aria-label={`Set the rate of ${nameOf(one)}`}>
        Set…
      </Button>
    </Group>
  )
}

function RateForm({ one, close }: { one: Rated; close: () => void }) {
  const queries = useQueryClient()
  const [rate, setRate] = useState<string | number>(one.rate ?? '')
  const [comment, setComment] = useState('')
  const path = { reference: one.id, version: one.version }
  const set = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/tools/{reference}/versions/{version}/rates', {
          params: { path },
          body: { rate: String(rate), ...(comment.trim() && { comment: comment.trim() }) },
        }),
      ),
    onSuccess: () => {
      close()
      return queries.invalidateQueries({ queryKey: ['station', 'rates'] })
    },
  })
  const { at, rest } = fieldFaults(set.error, ['rate', 'comment'])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    set.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <NumberInput
          label="Coins for a thousand"
          description="From now on; jobs that are under way keep the rate they were launched with"
          min={0}
          decimalScale={6}
          data-autofocus
          value={rate}
          error={at.rate}
          onChange={setRate}
        />
        <TextInput
          label="Comment"
          maxLength={80}
          value={comment}
          error={at.comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {set.error && <ProblemNote error={set.error} faults={rest} title="The rate was not set" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={set.isPending} disabled={rate === ''}>
            Set the rate
          </Button>
        </Group>
        <Past one={one} />
      </Stack>
    </form>
  )
}

function Past({ one }: { one: Rated }) {
  const found = useQuery(pastRatesQuery(one.id, one.version))
  if (found.isPending) return <Loading />
  const rates = found.data?.items ?? []
  if (rates.length === 0) return <Text c="dimmed">No rate was set before.</Text>
  return (
    <Table verticalSpacing={4} aria-label="Rates until now">
      <Table.Tbody>
        {rates.map((past) => (
          <Table.Tr key={past.created}>
            <Table.Td className="tabular">{past.rate}</Table.Td>
            <Table.Td className="break">{past.comment}</Table.Td>
            <Table.Td>
              <Time at={past.created} /> by {past.created_by}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
