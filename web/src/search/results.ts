import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take, type RunState, type SearchResults } from '@/api/client'

/** One thing that was found: what it is called, what is said beside it, and where it is. */
export interface Hit {
  key: string
  name: string
  about: string
  to: string
  state?: RunState
  at?: string
}

export interface Group {
  title: string
  hits: readonly Hit[]
}

export function searchQuery(text: string) {
  return queryOptions({
    queryKey: ['search', text],
    queryFn: ({ signal }) => take(api.GET('/api/v1/search', { params: { query: { q: text } }, signal })),
    enabled: text !== '',
    placeholderData: text === '' ? undefined : keepPreviousData,
  })
}

/** What was found, kind by kind; kinds of which nothing was found are left out. */
export function groupsOf(found: SearchResults): Group[] {
  const groups: Group[] = [
    {
      title: 'Data sets',
      hits: found.datasets.map(({ id, name, title, owner }) => ({
        key: id,
        name,
        about: [title, `of ${owner}`].filter(Boolean).join(' · '),
        to: `/data/${id}`,
      })),
    },
    {
      title: 'Tools',
      hits: found.tools.map(({ id, name, version, title }) => ({
        key: id,
        name: title || name,
        about: `${name} ${version}`,
        to: `/tools/${name}`,
      })),
    },
    {
      title: 'Runs',
      hits: found.runs.map(({ id, name, tool, state, submitted_by, created_at }) => ({
        key: id,
        name: name ?? tool,
        about: `${name ? `${tool} · ` : ''}of ${submitted_by}`,
        to: `/runs/${id}`,
        state,
        at: created_at,
      })),
    },
  ]
  return groups.filter((group) => group.hits.length > 0)
}

/** Where a key leads in a list of so many: round from the last to the first. */
export function stepped(key: string, at: number, many: number): number | null {
  if (many === 0) return null
  if (key === 'ArrowDown') return (at + 1) % many
  if (key === 'ArrowUp') return (at - 1 + many) % many
  return null
}
