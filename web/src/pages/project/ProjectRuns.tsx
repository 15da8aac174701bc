import { useQuery } from '@tanstack/react-query'
import type { Project } from '@/api/client'
import { usePolling } from '@/live/news'
import { RunList } from '@/pages/home/RunList'
import { ButtonLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { projectRunsQuery } from './queries'

/** The newest runs in a project, and the way to all of them. */
export function ProjectRuns({ project }: { project: Project }) {
  const found = useQuery({ ...projectRunsQuery(project.id), refetchInterval: usePolling() })
  const all = (
    <ButtonLink to="/runs" search={{ project: project.id }} size="xs" variant="default">
      All runs of this project
    </ButtonLink>
  )
  return (
    <Section title="Newest runs" aside={all}>
      {found.isPending && <Loading />}
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
      {found.data && <RunList runs={found.data.items} none="Nothing has run in this project yet." />}
    </Section>
  )
}
