import { Alert, Button, Group, Modal, NumberInput, Stack, Table, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take, type Token } from '@/api/client'
import { Copied } from '@/show/Copied'
import { fieldFaults } from '@/show/faults'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { useFocusFault } from '@/show/useFocusFault'
import { Wide } from '@/show/Wide'

const LONGEST_DAYS = 400

/** The tokens by which programs of the reader get in. */
export function Tokens() {
  const tokens = useInfiniteQuery({
    queryKey: ['tokens'],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET('/api/v1/tokens', { params: { query: { limit: 100, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const items = tokens.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title="Tokens" lead="With a token a program of yours may do here what you may.">
      <NewToken />
      <Section title="Your tokens">
        {tokens.isPending && <Loading />}
        {tokens.error && <ProblemNote error={tokens.error} retry={() => void tokens.refetch()} />}
        {tokens.isSuccess && items.length === 0 && <Text c="dimmed">You have none.</Text>}
        {items.length > 0 && <TokenTable tokens={items} />}
        {tokens.hasNextPage && (
          <Button mt="sm" variant="default" onClick={() => void tokens.fetchNextPage()}>
            More tokens
          </Button>
        )}
      </Section>
    </Page>
  )
}

function NewToken() {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [days, setDays] = useState(90)
  const make = useMutation({
    mutationFn: () => take(api.POST('/api/v1/tokens', { body: { name: name.trim(), days } })),
    onSuccess: () => {
      setName('')
      return queries.invalidateQueries({ queryKey: ['tokens'] })
    },
  })
  const { at, rest } = fieldFaults(make.error, ['name', 'days'])
  useFocusFault(make.error)
  return (
    <Section title="New token">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput
            label="What it is for"
            required
            maxLength={200}
            value={name}
            error={at.name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="2 1 14rem"
          />
          <NumberInput
            label="Days it lives"
            min={1}
            max={LONGEST_DAYS}
            clampBehavior="strict"
            allowDecimal={false}
            value={days}
            error={at.days}
            onChange={(value) => setDays(typeof value === 'number' ? value : 1)}
            w={130}
          />
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
            Make token
          </Button>
        </Group>
      </form>
      {make.error && <ProblemNote error={make.error} faults={rest} title="No token was made" />}
      {make.data && (
        <Alert mt="sm" variant="outline" title={`Token for ${make.data.name}`} role="status">
          <Text mb={6}>Keep it now: it is shown this once.</Text>
          <Copied text={make.data.token} what="token" />
        </Alert>
      )}
    </Section>
  )
}

function TokenTable({ tokens }: { tokens: readonly Token[] }) {
  return (
    <Wide minWidth={480}>
      <Table verticalSpacing={6} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>For</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>
              <VisuallyHidden>What to do</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td className="break">{token.name}</Table.Td>
              <Table.Td>{token.scopes?.join(', ') ?? 'everything you may'}</Table.Td>
              <Table.Td>
                <Time at={token.created} />
              </Table.Td>
              <Table.Td>
                <Time at={token.expires} full />
              </Table.Td>
              <Table.Td ta="right">
                <Revoke token={token} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function Revoke({ token }: { token: Token }) {
  const queries = useQueryClient()
  const [open, { open: ask, close }] = useDisclosure(false)
  const revoke = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: token.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={ask} aria-label={`Revoke ${token.name}`}>
        Revoke
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title="Revoke this token?"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="md">
          <Text>Programs that use “{token.name}” are refused from now on.</Text>
          {revoke.error && <ProblemNote error={revoke.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red.9" loading={revoke.isPending} onClick={() => revoke.mutate()}>
              Revoke
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
