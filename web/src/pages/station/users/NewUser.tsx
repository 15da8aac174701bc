import { Alert, Button, Group, Switch, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, newKey, take } from '@/api/client'
import { Copied } from '@/show/Copied'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { usersQuery } from '../queries'

/** Makes a user with a password that is shown this once. */
export function NewUser() {
  const queries = useQueryClient()
  const [username, setUsername] = useState('')
  const [name, setName] = useState('')
  const [operator, setOperator] = useState(false)
  const make = useMutation({
    mutationFn: async () => {
      const password = newKey().slice(0, 20)
      const body = { username: username.trim(), password, operator, ...(name.trim() && { name: name.trim() }) }
      return { user: await take(api.POST('/api/v1/users', { body })), password }
    },
    onSuccess: () => {
      setUsername('')
      setName('')
      setOperator(false)
      return queries.invalidateQueries({ queryKey: usersQuery.queryKey })
    },
  })
  const { at, rest } = fieldFaults(make.error, ['username', 'name'])
  useFocusFault(make.error)
  return (
    <Section title="New user">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Group align="flex-start" gap="sm">
          <TextInput
            label="Username"
            required
            autoComplete="off"
            autoCapitalize="none"
            value={username}
            error={at.username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            flex="1 1 12rem"
          />
          <TextInput
            label="Full name"
            autoComplete="off"
            value={name}
            error={at.name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="1 1 12rem"
          />
          <Switch
            label="Operator"
            checked={operator}
            onChange={(event) => setOperator(event.currentTarget.checked)}
            mt={28}
          />
          <Button type="submit" loading={make.isPending} disabled={!username.trim()} mt={21}>
            Make user
          </Button>
        </Group>
      </form>
      {make.error && <ProblemNote error={make.error} faults={rest} title="Nobody was added" />}
      {make.data && (
        <Alert mt="sm" variant="outline" title={`Password of ${make.data.user.username}`} role="status">
          <Text mb={6}>Give it to them now: it is shown this once.</Text>
          <Copied text={make.data.password} what="password" />
        </Alert>
      )}
    </Section>
  )
}
