import { Box, Button, Group, NumberInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '@/api/client'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { booksChanged, type Unit } from './queries'

export const LAST_BILLING_DAY = 28 // which every month has

/** Offers the unit that is the reader's alone, to who has none. */
export function PersonalUnit({ units }: { units: readonly Unit[] }) {
  const queries = useQueryClient()
  const me = useQuery(meQuery).data
  const [day, setDay] = useState(1)
  const make = useMutation({
    mutationFn: () => take(api.PUT('/api/v1/personal-unit', { body: { billing_day: day } })),
    onSuccess: () => booksChanged(queries),
  })
  const { at, rest } = fieldFaults(make.error, ['billing_day'])
  if (units.some((unit) => unit.personal && unit.owner === me?.username)) return null
  return (
    <Section title="Your personal unit">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Text mb="xs">It is yours alone, and can subscribe to products as any other.</Text>
        <Group align="flex-end" gap="sm">
          <BillingDay value={day} error={at.billing_day} change={setDay} />
          <Button type="submit" loading={make.isPending}>
            Make your personal unit
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

/** The day of the month on which the periods of a unit begin. */
export function BillingDay(props: { value: number; error?: string | undefined; change: (day: number) => void }) {
  return (
    <NumberInput
      label="Billing day"
      min={1}
      max={LAST_BILLING_DAY}
      clampBehavior="strict"
      allowDecimal={false}
      value={props.value}
      error={props.error}
      onChange={(value) => props.change(typeof value === 'number' ? value : 1)}
      w={130}
    />
  )
}
