import { Checkbox, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { Dataset } from '@/api/client'
import { labelFacets, labelText, type DataFilters } from './filters'
import classes from './Data.module.css'

const PAUSE_MS = 250
const MOST_LABELS = 12

interface FacetsProps {
  filters: DataFilters
  sets: readonly Dataset[]
  narrow: (change: Partial<DataFilters>) => void
}

/** What the list is narrowed by. */
export function Facets({ filters, sets, narrow }: FacetsProps) {
  return (
    <Stack component="search" gap="md" className={classes.facets} aria-label="Narrow the list">
      <NameFacet name={filters.name ?? ''} narrow={narrow} />
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Whose data"
        value={filters.own ? 'own' : 'all'}
        onChange={(value) => narrow({ own: value === 'own' ? true : undefined })}
        data={[
          { value: 'all', label: 'All I may see' },
          { value: 'own', label: 'Mine' },
        ]}
      />
      <LabelFacet filters={filters} sets={sets} narrow={narrow} />
      <Checkbox
        label="In the trash"
        checked={filters.trashed ?? false}
        onChange={(event) => narrow({ trashed: event.currentTarget.checked || undefined })}
      />
    </Stack>
  )
}

function NameFacet({ name, narrow }: { name: string; narrow: FacetsProps['narrow'] }) {
  const [typed, setTyped] = useState(name)
  const ask = useDebouncedCallback((text: string) => narrow({ name: text || undefined }), PAUSE_MS)
  return (
    <TextInput
      type="search"
      label="Name begins with"
      placeholder="rainfall"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        ask(event.currentTarget.value.trim())
      }}
    />
  )
}

function LabelFacet({ filters, sets, narrow }: FacetsProps) {
  const chosen = filters.labels ?? []
  const facets = labelFacets(sets, chosen).slice(0, MOST_LABELS)
  if (facets.length === 0) return null
  return (
    <Checkbox.Group
      label="Labels"
      value={chosen}
      onChange={(labels) => narrow({ labels: labels.length > 0 ? labels : undefined })}
    >
      <Stack gap={6} mt={4}>
        {facets.map(({ label, count }) => (
          <Group key={label} justify="space-between" wrap="nowrap" gap="xs">
            <Checkbox size="xs" value={label} label={labelText(label)} className="break" />
            <Text size="xs" c="dimmed" className="tabular" title="among the rows loaded so far">
              {count}
            </Text>
          </Group>
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
