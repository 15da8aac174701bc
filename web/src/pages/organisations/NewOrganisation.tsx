import { Box, Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '@/api/client'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { booksChanged } from './queries'

/** Makes an organisation for somebody; operators do. */
export function NewOrganisation() {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [owner, setOwner] = useState('')
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/organisations', {
          body: { name: name.trim(), owner: owner.trim(), privacy: 'default_private' },
        }),
      ),
    onSuccess: () => {
      setName('')
      setOwner('')
      return booksChanged(queries)
    },
  })
  const { at, rest } = fieldFaults(make.error, ['name', 'owner'], { not_found: 'owner' })
  useFocusFault(make.error)
  return (
    <Section title="New organisation">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Group align="flex-start" gap="sm">
          <TextInput
            label="Name"
            required
            maxLength={80}
            autoComplete="off"
            value={name}
            error={at.name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="1 1 14rem"
          />
          <TextInput
            label="Username of its owner"
            required
            autoComplete="off"
            autoCapitalize="none"
            value={owner}
            error={at.owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
            flex="1 1 12rem"
          />
          <Button type="submit" loading={make.isPending} disabled={!name.trim() || !owner.trim()} mt={21}>
            Make organisation
          </Button>
        </Group>
      </form>
      {make.error && (
        <Box mt="sm">
          <ProblemNote error={make.error} faults={rest} title="No organisation was made" />
        </Box>
      )}
    </Section>
  )
}
