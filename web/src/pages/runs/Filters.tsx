import { Autocomplete, Button, Group, Select } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, take } from '@/api/client'
import { LOOKS, STATES } from '@/show/runState'
import { changed, isFiltered, type RunFilters } from './filters'

const TYPING_MS = 300
const CHOICES = STATES.map((state) => ({ value: state, label: LOOKS[state].word }))

/** What is listed; every choice goes into the address. */
export function Filters({ filters }: { filters: RunFilters }) {
  const navigate = useNavigate({ from: '/runs' })
  const change = (change: Parameters<typeof changed>[1]) =>
    void navigate({ search: (before) => changed(before, change), replace: true })
  const typed = useDebouncedCallback((tool: string) => change({ tool }), TYPING_MS)
  const tools = useQuery({
    queryKey: ['tools', 'names'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/tools', { params: { query: { limit: 200 } }, signal })),
  })
  const names = [...new Set(tools.data?.items.map((tool) => tool.name))].sort()
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter runs">
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
      <Autocomplete
        key={filters.tool ? 'set' : 'unset'}
        label="Tool"
        placeholder="All tools"
        data={names}
        defaultValue={filters.tool ?? ''}
        onChange={typed}
        clearable
        clearButtonProps={{ 'aria-label': 'All tools' }}
        w={190}
      />
      <Projects value={filters.project} onChange={(project) => change({ project })} />
      {isFiltered(filters) && (
        <Button variant="subtle" onClick={() => change({ state: null, tool: null, project: null })}>
          Show all
        </Button>
      )}
    </Group>
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
