import { ActionIcon, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { Loading, Section } from './Page'
import { ProblemNote } from './Problem'

export type Role = 'owner' | 'editor' | 'reader'

export interface RoleChoice {
  value: Role
  label: string
}

interface MemberListProps {
  found: UseQueryResult<{ items: { name: string; role: Role }[] }>
  /** What the roles are called here, the least first. */
  roles: readonly RoleChoice[]
  /** Whether the reader may change who has which. */
  owns: boolean
  put: UseMutationResult<unknown, Error, { name: string; role: Role }>
  remove: UseMutationResult<unknown, Error, string>
  /** What a role brings, in a sentence. */
  hint: string
}

/** Who may do what with a thing, and the way to change that. */
export function MemberList({ found, roles, owns, put, remove, hint }: MemberListProps) {
  if (found.isPending) return <Loading />
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  return (
    <Section title="Members">
      <Stack>
        <Table>
          <Table.Tbody>
            {found.data.items.map((member) => (
              <Table.Tr key={member.name}>
                <Table.Th scope="row" className="break">
                  {member.name === 'everyone' ? 'Everyone on this station' : member.name}
                </Table.Th>
                <Table.Td>{roles.find((role) => role.value === member.role)?.label}</Table.Td>
                <Table.Td ta="right">
                  {owns && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      c="inherit"
                      aria-label={`Remove ${member.name}`}
                      onClick={() => remove.mutate(member.name)}
                    >
                      <IconX size={15} aria-hidden />
                    </ActionIcon>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {owns && (
          <NewMember roles={roles} hint={hint} busy={put.isPending} add={(name, role) => put.mutate({ name, role })} />
        )}
        {put.error && <ProblemNote error={put.error} title="Nobody was added" />}
        {remove.error && <ProblemNote error={remove.error} title="Nobody was removed" />}
      </Stack>
    </Section>
  )
}

interface NewMemberProps {
  roles: readonly RoleChoice[]
  hint: string
  busy: boolean
  add: (name: string, role: Role) => void
}

function NewMember({ roles, hint, busy, add }: NewMemberProps) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(roles[0]?.value ?? 'reader')
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    add(name.trim(), role)
    setName('')
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <TextInput
          size="xs"
          w={220}
          label="User, group:name or everyone"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          size="xs"
          w={200}
          label="Role"
          allowDeselect={false}
          data={roles}
          value={role}
          onChange={(chosen) => setRole(chosen ?? 'reader')}
        />
        <Button type="submit" size="xs" variant="default" loading={busy} disabled={!name.trim()}>
          Share
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt="xs">
        {hint}
      </Text>
    </form>
  )
}
