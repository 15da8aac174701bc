import { Button, Checkbox, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks'
import { IconFilter, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { DatasetFacets } from '@/api/client'
import { grouped } from '@/format/number'
import { choicesOf, labelText, ORIGINS, type Choice, type DataFilters, type Origin } from './filters'
import classes from './Data.module.css'

const PAUSE_MS = 250
const MOST = 12

interface FacetsProps {
  filters: DataFilters
  /** How many there are of which kind; not there before the first answer. */
  counted: DatasetFacets | null | undefined
  narrow: (change: Partial<DataFilters>) => void
}

/** What the list is narrowed by, each choice with how many data sets it leaves. */
export function Facets({ filters, counted, narrow }: FacetsProps) {
  const { owner, origin, labels = [] } = filters
  const [open, { toggle }] = useDisclosure(false)
  return (
    <Stack component="search" gap="md" className={classes.facets} aria-label="Narrow the list">
      <SearchFacet search={filters.search ?? ''} narrow={narrow} />
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
      <Button
        variant="default"
        size="xs"
        className={classes.toggle}
        aria-expanded={open}
        leftSection={<IconFilter size={14} aria-hidden />}
        onClick={toggle}
      >
        {open ? 'Fewer filters' : 'More filters'}
      </Button>
      <Stack gap="md" className={open ? undefined : classes.folded}>
        <Facet
          title="Labels"
          choices={choicesOf(counted?.labels ?? [], labels)}
          chosen={labels}
          write={labelText}
          onChange={(chosen) => narrow({ labels: chosen.length > 0 ? chosen : undefined })}
        />
        <Facet
          title="Origin"
          choices={choicesOf(counted?.origins ?? [], origin ? [origin] : [])}
          chosen={origin ? [origin] : []}
          write={(value) => ORIGINS[value as Origin]}
          onChange={(chosen) => narrow({ origin: chosen.at(-1) as Origin | undefined })}
        />
        <Facet
          title="Owner"
          choices={choicesOf(counted?.owners ?? [], owner ? [owner] : [])}
          chosen={owner ? [owner] : []}
          write={(value) => value}
          onChange={(chosen) => narrow({ owner: chosen.at(-1) })}
        />
        <Checkbox
          label="In the trash"
          checked={filters.trashed ?? false}
          onChange={(event) => narrow({ trashed: event.currentTarget.checked || undefined })}
        />
      </Stack>
    </Stack>
  )
}

function SearchFacet({ search, narrow }: { search: string; narrow: FacetsProps['narrow'] }) {
  const [typed, setTyped] = useState(search)
  const ask = useDebouncedCallback((text: string) => narrow({ search: text || undefined }), PAUSE_MS)
  return (
    <TextInput
      type="search"
      label="Search data"
      placeholder="Name, title, label"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={typed}
      maxLength={200}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        ask(event.currentTarget.value.trim())
      }}
    />
  )
}

interface FacetProps {
  title: string
  choices: readonly Choice[]
  chosen: readonly string[]
  write: (value: string) => string
  onChange: (chosen: string[]) => void
}

function Facet({ title, choices, chosen, write, onChange }: FacetProps) {
  if (choices.length === 0) return null
  return (
    <Checkbox.Group label={title} value={[...chosen]} onChange={onChange}>
      <Stack gap={6} mt={4}>
        {choices
          .filter(({ value }, place) => place < MOST || chosen.includes(value))
          .map(({ value, count }) => (
            <Group key={value} justify="space-between" wrap="nowrap" gap="xs">
              <Checkbox size="xs" value={value} label={write(value)} className="break" />
              <Text size="xs" c="dimmed" className="tabular">
                {grouped(count)}
              </Text>
            </Group>
          ))}
      </Stack>
    </Checkbox.Group>
  )
}
