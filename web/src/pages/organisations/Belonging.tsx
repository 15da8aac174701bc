import { ActionIcon, Box, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { booksChanged } from './queries'

interface BelongingProps {
  owner: string | null | undefined
  users: readonly string[]
  /** Whether the reader may bring people in and take them out. */
  keeps: boolean
  /** What belonging to it brings, in a sentence. */
  hint: string
  add: (username: string) => Promise<unknown>
  take: (username: string) => Promise<unknown>
}

/** Who belongs to an organisation or a unit, and the way to change that. */
export function Belonging({ owner, users, keeps, hint, add, take }: BelongingProps) {
  const queries = useQueryClient()
  const remove = useMutation({ mutationFn: take, onSuccess: () => booksChanged(queries) })
  return (
    <Section title="Members">
      <Stack>
        <Table>
          <Table.Tbody>
            {owner && <MemberRow name={owner} part="owner" />}
            {users.map((name) => (
              <MemberRow key={name} name={name} part="member" {...(keeps && { remove: () => remove.mutate(name) })} />
            ))}
          </Table.Tbody>
        </Table>
        {remove.error && <ProblemNote error={remove.error} title="Nobody was removed" />}
        {keeps && <NewMember add={add} hint={hint} />}
      </Stack>
    </Section>
  )
}

function MemberRow({ name, part, remove }: { name: string; part: string; remove?: () => void }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className="break">
        {name}
      </Table.Th>
      <Table.Td>{part}</Table.Td>
      <Table.Td ta="right">
        {remove && (
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={`Remove ${name}`} onClick={remove}>
            <IconX size={15} aria-hidden />
          </ActionIcon>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function NewMember({ add, hint }: { add: (username: string) => Promise<unknown>; hint: string }) {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const put = useMutation({
    mutationFn: () => add(name.trim()),
    onSuccess: () => {
      setName('')
      return booksChanged(queries)
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        put.mutate()
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Username"
          autoComplete="off"
          autoCapitalize="none"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          flex="1 1 12rem"
          maw={320}
        />
        <Button type="submit" variant="default" loading={put.isPending} disabled={!name.trim()}>
          Add
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        {hint}
      </Text>
      {put.error && (
        <Box mt="sm">
          <ProblemNote error={put.error} title="Nobody was added" />
        </Box>
      )}
    </form>
  )
}
