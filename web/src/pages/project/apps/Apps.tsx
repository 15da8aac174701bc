import { Button, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Project } from '@/api/client'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { sentence } from '@/show/words'
import classes from '../jobs/Jobs.module.css'
import { may } from '../may'
import type { ProjectView } from '../search'
import { LaunchApp } from './LaunchApp'
import { LaunchedApps } from './LaunchedApps'
import { applicationsQuery, costOf } from './queries'

interface AppsProps {
  project: Project
  view: ProjectView
  show: (change: Partial<ProjectView>, replace?: boolean) => void
}

/** The applications that run beside the project's files: those that were launched, and those that can be. */
export function Apps({ project, view, show }: AppsProps) {
  const runs = may(project, 'project:run')
  const back = () => show({ application: undefined })
  if (view.application && runs) {
    return <LaunchApp key={view.application} project={project} id={view.application} close={back} />
  }
  return (
    <Stack gap="md">
      <Section title="Launched applications">
        <LaunchedApps project={project} />
      </Section>
      <Section title="Applications that can be launched">
        <Applications launch={runs ? (application) => show({ application }) : undefined} />
      </Section>
    </Stack>
  )
}

function Applications({ launch }: { launch: ((id: string) => void) | undefined }) {
  const found = useInfiniteQuery(applicationsQuery)
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  if (found.isPending) return <Loading />
  if (found.error && !found.data) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (items.length === 0) return <Text c="dimmed">No application was published here that you may launch.</Text>
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label="Applications">
        {items.map((one) => (
          <li key={one.tool} className={classes.row}>
            <div>
              <Text fw={600}>{one.title}</Text>
              <Text size="sm" c="dimmed" className="break">
                {one.id} {one.version}
                {one.description && ` · ${sentence(one.description)}`}
              </Text>
            </div>
            <Text size="sm" className={`${classes.figures ?? ''} tabular`}>
              {costOf(one.cost)}
            </Text>
            <div>
              {launch && (
                <Button size="xs" variant="default" onClick={() => launch(one.id)} aria-label={`Launch ${one.title}`}>
                  Launch…
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" onClick={() => void found.fetchNextPage()} w="fit-content">
          More applications
        </Button>
      )}
    </Stack>
  )
}
