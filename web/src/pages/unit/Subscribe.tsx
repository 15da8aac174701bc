import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '@/api/client'
import { size } from '@/format/number'
import { booksChanged, tariffQuery, type Flavour, type Unit } from '@/pages/organisations/queries'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { coinCount, coins } from './coins'

const FIELDS = ['name', 'flavour', 'allowance', 'limit'] as const
const KINDS = [
  { value: 'project_tier', label: 'For a project' },
  { value: 'storage', label: 'For storage' },
]

/** What is asked for; of a tier its flavour, of storage its coins. */
interface Wish {
  type: 'project_tier' | 'storage'
  name: string
  flavour: Flavour
  allowance: string
  limit: string
}

const NOTHING: Wish = { type: 'project_tier', name: '', flavour: 'evaluation', allowance: '', limit: '' }

/** Subscribes to a product for a unit. */
export function Subscribe({ unit }: { unit: Unit }) {
  const queries = useQueryClient()
  const [wish, setWish] = useState(NOTHING)
  const make = useMutation({
    mutationFn: () => take(api.POST('/api/v1/products', { body: bodyOf(unit, wish) })),
    onSuccess: () => {
      setWish({ ...NOTHING, type: wish.type })
      return booksChanged(queries)
    },
  })
  const { at, rest } = fieldFaults(make.error, [...FIELDS, 'project_tier', 'storage'], {
    terms: 'allowance',
    privacy: 'flavour',
  })
  useFocusFault(make.error)
  const change = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }))
  return (
    <Section title="Subscribe">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Stack gap="sm">
          <SegmentedControl
            aria-label="What it pays for"
            data={KINDS}
            value={wish.type}
            onChange={(type) => change({ type: type as Wish['type'] })}
            style={{ alignSelf: 'flex-start' }}
          />
          <Group align="flex-start" gap="sm">
            <TextInput
              label="Name"
              required
              maxLength={80}
              autoComplete="off"
              value={wish.name}
              error={at.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
              flex="1 1 14rem"
            />
            {wish.type === 'project_tier' ? (
              <Flavours value={wish.flavour} error={at.flavour} change={(flavour) => change({ flavour })} />
            ) : (
              <StorageCoins wish={wish} faults={at} change={change} />
            )}
            <Button type="submit" loading={make.isPending} disabled={!isWhole(wish)} mt={21}>
              Subscribe
            </Button>
          </Group>
          {make.error && <ProblemNote error={make.error} faults={rest} title="Nothing was subscribed to" />}
        </Stack>
      </form>
    </Section>
  )
}

function Flavours(props: { value: Flavour; error: string | undefined; change: (flavour: Flavour) => void }) {
  const tariff = useQuery(tariffQuery).data
  const data = tariff?.tiers.map(({ flavour, allowance, limit }) => ({
    value: flavour,
    label: `${flavour}: ${coinCount(allowance)}, at most ${coins(limit)}`,
  }))
  return (
    <Select
      label="Flavour"
      data={data ?? [props.value]}
      allowDeselect={false}
      value={props.value}
      error={props.error}
      onChange={(value) => value && props.change(value)}
      flex="1 1 18rem"
    />
  )
}

interface StorageProps {
  wish: Wish
  faults: { allowance?: string; limit?: string }
  change: (part: Partial<Wish>) => void
}

function StorageCoins({ wish, faults, change }: StorageProps) {
  const tariff = useQuery(tariffQuery).data
  return (
    <>
      <TextInput
        label="Coins a period"
        required
        inputMode="decimal"
        value={wish.allowance}
        error={faults.allowance}
        onChange={(event) => change({ allowance: event.currentTarget.value })}
        w={140}
      />
      <TextInput
        label="At most"
        inputMode="decimal"
        value={wish.limit}
        error={faults.limit}
        onChange={(event) => change({ limit: event.currentTarget.value })}
        w={140}
      />
      {tariff && (
        <Text size="sm" c="dimmed" flex="1 1 100%">
          {coinCount(tariff.storage_cost)} a day for each {size(tariff.storage_unit_bytes)} begun.
        </Text>
      )}
    </>
  )
}

function isWhole(wish: Wish): boolean {
  return wish.name.trim() !== '' && (wish.type === 'project_tier' || wish.allowance.trim() !== '')
}

function bodyOf(unit: Unit, wish: Wish) {
  const named = { unit: unit.id, name: wish.name.trim() }
  if (wish.type === 'project_tier') return { ...named, type: 'project_tier' as const, flavour: wish.flavour }
  const limit = wish.limit.trim()
  return { ...named, type: 'storage' as const, allowance: wish.allowance.trim(), ...(limit && { limit }) }
}
