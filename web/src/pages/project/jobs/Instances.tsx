import { Badge, Button, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Instance, Project } from '@/api/client'
import { PageLink } from '@/show/links'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { may } from '../may'
import { Deeds } from './Deeds'
import { Phase } from './Phase'
import { instancesQuery, isFree, nameOf, whyOf } from './queries'
import classes from './Jobs.module.css'

interface InstancesProps {
  project: Project
  again: (job: string, as: string) => void
}

/** What was launched in a project, newest first, and what can be done about it. */
export function Instances({ project, again }: InstancesProps) {
  const found = useInfiniteQuery(instancesQuery(project.id))
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  if (found.isPending) return <Loading />
  if (found.error && !found.data) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (items.length === 0) return <Text c="dimmed">No job was launched in this project yet.</Text>
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label="Launched jobs">
        {items.map((one) => (
          <Row key={one.id} instance={one} acts={may(project, 'project:run')} again={again} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" onClick={() => void found.fetchNextPage()} w="fit-content">
          More launched jobs
        </Button>
      )}
    </Stack>
  )
}

function Row({ instance, acts, again }: { instance: Instance; acts: boolean; again: InstancesProps['again'] }) {
  return (
    <li className={classes.row}>
      <div>
        <PageLink
          to="/projects/$project"
          params={{ project: instance.project }}
          search={{ tab: 'jobs', instance: instance.id }}
          fw={500}
          className="break"
        >
          {instance.name}
        </PageLink>
        {instance.archived && (
          <Badge variant="default" tt="none" fw={500} ml="xs">
            archived
          </Badge>
        )}
        <Text size="sm" c="dimmed" className="break">
          {nameOf(instance.job)}, by {instance.launched_by}, <Time at={instance.launched_at} />
        </Text>
        {instance.error && (
          <Text size="sm" className="break">
            {whyOf(instance)}
          </Text>
        )}
      </div>
      <div className={classes.figures}>
        <Phase phase={instance.phase} />
        {!isFree(instance.rate) && (
          <Text size="sm" className="tabular">
            {instance.coins ?? '0'} coins
          </Text>
        )}
      </div>
      <div>{acts && <Deeds instance={instance} again={again} />}</div>
    </li>
  )
}
