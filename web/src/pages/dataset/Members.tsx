import { ActionIcon, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Dataset } from '@/api/client'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { may } from './may'
import { membersQuery } from './queries'

type Role = 'owner' | 'editor' | 'reader'

const ROLES: { value: Role; label: string }[] = [
  { value: 'reader', label: 'may read' },
  { value: 'editor', label: 'may add versions' },
  { value: 'owner', label: 'owns it' },
]

/** Who may do what with a data set. */
export function Members({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient()
  const found = useQuery(membersQuery(dataset.id))
  const refresh = () => queries.invalidateQueries({ queryKey: membersQuery(dataset.id).queryKey })
  const at = (username: string) => ({ params: { path: { reference: dataset.id, username } } })
  const address = '/api/v1/datasets/{reference}/members/{username}' as const
  const put = useMutation({
    mutationFn: ({ name, role }: { name: string; role: Role }) =>
      take(api.PUT(address, { ...at(name), body: { role } })),
    onSuccess: refresh,
  })
  const remove = useMutation({ mutationFn: (name: string) => take(api.DELETE(address, at(name))), onSuccess: refresh })
  const owns = may(dataset, 'dataset:own')
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
                <Table.Td>{ROLES.find((role) => role.value === member.role)?.label}</Table.Td>
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
        {owns && <NewMember busy={put.isPending} add={(name, role) => put.mutate({ name, role })} />}
        {put.error && <ProblemNote error={put.error} title="Nobody was added" />}
        {remove.error && <ProblemNote error={remove.error} title="Nobody was removed" />}
      </Stack>
    </Section>
  )
}

function NewMember({ busy, add }: { busy: boolean; add: (name: string, role: Role) => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('reader')
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
          w={160}
          label="Role"
          allowDeselect={false}
          data={ROLES}
          value={role}
          onChange={(chosen) => setRole(chosen ?? 'reader')}
        />
        <Button type="submit" size="xs" variant="default" loading={busy} disabled={!name.trim()}>
          Share
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt="xs">
        Who may read may also use the files in runs.
      </Text>
    </form>
  )
}
