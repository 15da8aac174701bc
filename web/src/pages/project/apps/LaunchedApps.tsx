import { Button, Group, Stack, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take, type App, type Project } from '@/api/client'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import classes from '../jobs/Jobs.module.css'
import { Phase } from '../jobs/Phase'
import { may } from '../may'
import { appsQuery, isOver } from './queries'

/** What was launched in a project, newest first: opened in a tab of its own, stopped, removed. */
export function LaunchedApps({ project }: { project: Project }) {
  const found = useInfiniteQuery(appsQuery(project.id))
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  if (found.isPending) return <Loading />
  if (found.error && !found.data) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (items.length === 0) {
    return <Text c="dimmed">No application was launched in this project yet. Choose one below.</Text>
  }
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label="Launched applications">
        {items.map((one) => (
          <Row key={one.id} app={one} acts={may(project, 'project:run')} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" onClick={() => void found.fetchNextPage()} w="fit-content">
          More launched applications
        </Button>
      )}
    </Stack>
  )
}

function Row({ app, acts }: { app: App; acts: boolean }) {
  return (
    <li className={classes.row}>
      <div>
        <Text fw={500} className="break">
          {app.name}
        </Text>
        <Text size="sm" c="dimmed" className="break">
          {app.title} {app.version}, by {app.launched_by}, <Time at={app.launched_at} />
        </Text>
        {app.error && (
          <Text size="sm" className="break">
            {sentence(app.error)}
          </Text>
        )}
      </div>
      <div className={classes.figures}>
        <Phase phase={app.phase} />
        {Number(app.coins ?? 0) > 0 && (
          <Text size="sm" className="tabular">
            {app.coins} coins
          </Text>
        )}
      </div>
      <div>{acts && <Deeds app={app} />}</div>
    </li>
  )
}

function Deeds({ app }: { app: App }) {
  const [asked, setAsked] = useState(false)
  const queries = useQueryClient()
  const over = isOver(app)
  const params = { path: { app_id: app.id } }
  const end = useMutation({
    mutationFn: () =>
      over
        ? take(api.DELETE('/api/v1/apps/{app_id}', { params }))
        : take(api.POST('/api/v1/apps/{app_id}/stop', { params })),
    onSuccess: () => {
      setAsked(false)
      return queries.invalidateQueries({ queryKey: ['apps'] })
    },
  })
  const verb = over ? 'Delete' : 'Stop'
  return (
    <Group gap="xs" justify="flex-end">
      {app.phase === 'running' && (
        <Button
          component="a"
          href={app.url}
          target="_blank"
          rel="noopener noreferrer"
          size="xs"
          rightSection={<IconExternalLink size={14} aria-hidden />}
          aria-label={`Open ${app.name} in a new tab`}
        >
          Open
        </Button>
      )}
      <Button size="xs" variant="default" onClick={() => setAsked(true)} aria-label={`${verb} ${app.name}`}>
        {verb}…
      </Button>
      <Question
        title={`${verb} ${app.name}?`}
        text={
          over
            ? 'It goes from this list. What it has written into the project stays.'
            : 'Who has it open loses what is not saved. What it has written into the project stays.'
        }
        verb={over ? 'Delete' : 'Stop it'}
        keep={over ? 'Keep it' : 'Let it run'}
        failed={over ? 'It was not removed' : 'It was not stopped'}
        deed={end}
        opened={asked}
        close={() => setAsked(false)}
      />
    </Group>
  )
}
