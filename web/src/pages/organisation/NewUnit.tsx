import { Box, Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '@/api/client'
import { BillingDay } from '@/pages/organisations/PersonalUnit'
import { booksChanged, type Organisation } from '@/pages/organisations/queries'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'

/** Makes a unit of an organisation. */
export function NewUnit({ organisation }: { organisation: Organisation }) {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [day, setDay] = useState(1)
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/organisations/{reference}/units', {
          params: { path: { reference: organisation.id } },
          body: { name: name.trim(), billing_day: day },
        }),
      ),
    onSuccess: () => {
      setName('')
      return booksChanged(queries)
    },
  })
  const { at, rest } = fieldFaults(make.error, ['name', 'billing_day'], { taken: 'name' })
  useFocusFault(make.error)
  return (
    <Section title="New unit">
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
          <BillingDay value={day} error={at.billing_day} change={setDay} />
          <Button type="submit" loading={make.isPending} disabled={!name.trim()} mt={21}>
            Make unit
          </Button>
        </Group>
      </form>
      {make.error && (
        <Box mt="sm">
          <ProblemNote error={make.error} faults={rest} title="No unit was made" />
        </Box>
      )}
    </Section>
  )
}
