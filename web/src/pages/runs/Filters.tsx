import { Autocomplete, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, take } from '@/api/client'
import { LOOKS, STATES } from '@/show/runState'
import { changed, fromField, inWords, isFiltered, REASONS, toField, type RunFilters } from './filters'
import { useTyped } from './useTyped'

type Change = Partial<Record<keyof RunFilters, string | null>>

const WHY = REASONS.map((reason) => ({ value: reason, label: inWords(reason) }))
const CHOICES = STATES.map((state) => ({ value: state, label: LOOKS[state].word }))

/** What is listed; every choice goes into the address. */
export function Filters({ filters }: { filters: RunFilters }) {
  const navigate = useNavigate({ from: '/runs' })
  const change = (change: Change) => void navigate({ search: (before) => changed(before, change), replace: true })
  const [more, { toggle }] = useDisclosure(isNarrow(filters))
  return (
    <Stack gap="xs" role="search" aria-label="Filter runs">
      <Group gap="sm" align="flex-end">
        <Select
          label="State"
          placeholder="All states"
          data={CHOICES}
          value={filters.state ?? null}
          onChange={(state) => change({ state })}
          clearable
          clearButtonProps={{ 'aria-label': 'All states' }}
          w={150}
        />
        <Tools value={filters.tool} onChange={(tool) => change({ tool })} />
        <Projects value={filters.project} onChange={(project) => change({ project })} />
        <Button variant="default" onClick={toggle} aria-expanded={more || isNarrow(filters)}>
          More filters
        </Button>
        {isFiltered(filters) && (
          <Button variant="subtle" onClick={() => void navigate({ search: {}, replace: true })}>
            Show all
          </Button>
        )}
      </Group>
      {(more || isNarrow(filters)) && <Narrow filters={filters} change={change} />}
    </Stack>
  )
}

function isNarrow({ reason, submitted_by, since, until }: RunFilters): boolean {
  return Boolean(reason ?? submitted_by ?? since ?? until)
}

function Narrow({ filters, change }: { filters: RunFilters; change: (change: Change) => void }) {
  const [name, setName] = useTyped(filters.submitted_by, (submitted_by) => change({ submitted_by }))
  return (
    <Group gap="sm" align="flex-end">
      <Select
        label="Reason"
        placeholder="All reasons"
        data={WHY}
        value={filters.reason ?? null}
        onChange={(reason) => change({ reason })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'All reasons' }}
        w={190}
      />
      <TextInput
        label="Submitted by"
        placeholder="Everybody"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        w={150}
      />
      <Moment label="Submitted since" value={filters.since} onChange={(since) => change({ since })} />
      <Moment label="Submitted before" value={filters.until} onChange={(until) => change({ until })} />
    </Group>
  )
}

interface MomentProps {
  label: string
  value: string | undefined
  onChange: (at: string | null) => void
}

/** A date and time in the reader's zone. */
function Moment({ label, value, onChange }: MomentProps) {
  return (
    <TextInput
      key={value ?? ''}
      type="datetime-local"
      label={label}
      defaultValue={toField(value)}
      onBlur={(event) => {
        const field = event.currentTarget.value
        if (field !== toField(value)) onChange(fromField(field))
      }}
      w={200}
    />
  )
}

function Tools({ value, onChange }: { value: string | undefined; onChange: (tool: string) => void }) {
  const [name, setName] = useTyped(value, onChange)
  const tools = useQuery({
    queryKey: ['tools', 'names'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/tools', { params: { query: { limit: 200 } }, signal })),
  })
  const names = [...new Set(tools.data?.items.map((tool) => tool.name))].sort()
  return (
    <Autocomplete
      label="Tool"
      placeholder="All tools"
      data={names}
      value={name}
      onChange={setName}
      clearable
      clearButtonProps={{ 'aria-label': 'All tools' }}
      w={190}
    />
  )
}

function Projects({ value, onChange }: { value: string | undefined; onChange: (project: string | null) => void }) {
  const projects = useQuery({
    queryKey: ['projects', 'names'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/projects', { params: { query: { limit: 200 } }, signal })),
  })
  const items = projects.data?.items ?? []
  if (items.length < 2 && !value) return null
  const data = items.map(({ id, name, owner }) => ({ value: id, label: name, owner }))
  return (
    <Select
      label="Project"
      placeholder="All projects"
      data={data}
      value={value ?? null}
      onChange={onChange}
      clearable
      clearButtonProps={{ 'aria-label': 'All projects' }}
      searchable
      w={180}
    />
  )
}
