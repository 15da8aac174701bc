import { Button, Group, Table, Text, Textarea, TextInput, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { useFocusFault } from '@/show/useFocusFault'
import { Wide } from '@/show/Wide'
import { secretsQuery } from '../queries'
import { StationFrame } from '../StationFrame'

type Secret = components['schemas']['SecretOut']

/** The station's own secrets: kept and removed here, read by nobody but jobs. */
export function StationSecrets() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const found = useInfiniteQuery({ ...secretsQuery, enabled: operator })
  const secrets = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <StationFrame
      title="Secrets"
      lead="Values that definitions of jobs ask for by name and key. What is kept is never shown again."
    >
      <KeepSecret />
      <Section title="Kept secrets">
        {found.isPending && <Loading />}
        {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
        {found.isSuccess && secrets.length === 0 && (
          <Empty title="No secrets are kept">A job that asks for one cannot be launched before it is kept here.</Empty>
        )}
        {secrets.length > 0 && <SecretTable secrets={secrets} />}
        {found.hasNextPage && (
          <Button mt="sm" variant="default" onClick={() => void found.fetchNextPage()}>
            More secrets
          </Button>
        )}
      </Section>
    </StationFrame>
  )
}

const NONE = { name: '', key: '', value: '' }

function KeepSecret() {
  const queries = useQueryClient()
  const [given, setGiven] = useState(NONE)
  const change = (some: Partial<typeof NONE>) => setGiven((before) => ({ ...before, ...some }))
  const keep = useMutation({
    mutationFn: async ({ name, key, value }: typeof NONE) => {
      await take(api.PUT('/api/v1/secrets/{name}/{key}', { params: { path: { name, key } }, body: { value } }))
      return `${name}/${key}`
    },
    onSuccess: () => {
      setGiven(NONE)
      return queries.invalidateQueries({ queryKey: secretsQuery.queryKey })
    },
  })
  const { at, rest } = fieldFaults(keep.error, ['name', 'key', 'value'], { name: 'name' })
  useFocusFault(keep.error)
  const { name, key, value } = given
  return (
    <Section title="Keep a secret">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          keep.mutate({ name: name.trim(), key: key.trim(), value })
        }}
      >
        <Group align="flex-start" gap="sm">
          <TextInput
            label="Name"
            required
            autoComplete="off"
            autoCapitalize="none"
            maxLength={63}
            value={name}
            error={at.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            flex="1 1 10rem"
          />
          <TextInput
            label="Key"
            required
            autoComplete="off"
            autoCapitalize="none"
            maxLength={63}
            value={key}
            error={at.key}
            onChange={(event) => change({ key: event.currentTarget.value })}
            flex="1 1 10rem"
          />
          <Textarea
            label="Value"
            required
            autosize
            maxRows={6}
            autoComplete="off"
            spellCheck={false}
            value={value}
            error={at.value}
            onChange={(event) => change({ value: event.currentTarget.value })}
            flex="2 1 14rem"
          />
          <Button type="submit" loading={keep.isPending} disabled={!name.trim() || !key.trim() || !value} mt={21}>
            Keep it
          </Button>
        </Group>
        <Text size="sm" c="dimmed" mt="xs">
          Of the same name and key, the new value takes the place of the one that is there.
        </Text>
      </form>
      {keep.error && <ProblemNote error={keep.error} faults={rest} title="Nothing was kept" />}
      {keep.data && (
        <Text role="status" mt="xs">
          {keep.data} is kept.
        </Text>
      )}
    </Section>
  )
}

function SecretTable({ secrets }: { secrets: readonly Secret[] }) {
  return (
    <Wide minWidth={480}>
      <Table verticalSpacing={6} horizontalSpacing="xs" aria-label="Secrets">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Key</Table.Th>
            <Table.Th>Kept</Table.Th>
            <Table.Th>
              <VisuallyHidden>What to do</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {secrets.map((secret) => (
            <Table.Tr key={`${secret.name}/${secret.key}`}>
              <Table.Td className="break">{secret.name}</Table.Td>
              <Table.Td className="break">{secret.key}</Table.Td>
              <Table.Td>
                <Time at={secret.kept} /> by {secret.kept_by}
              </Table.Td>
              <Table.Td ta="right">
                <Remove secret={secret} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function Remove({ secret: { name, key } }: { secret: Secret }) {
  const queries = useQueryClient()
  const [opened, { open, close }] = useDisclosure(false)
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/secrets/{name}/{key}', { params: { path: { name, key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: secretsQuery.queryKey }),
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Remove ${name}/${key}`}>
        Remove
      </Button>
      <Question
        title={`Remove ${name}/${key}?`}
        text="Jobs that ask for it cannot be launched any more. Its value cannot be had back."
        verb="Remove"
        deed={remove}
        opened={opened}
        close={close}
      />
    </>
  )
}
