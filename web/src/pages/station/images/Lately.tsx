import { Group, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Task, TaskDetail } from '@/api/client'
import { taskEventsQuery, taskQuery } from '@/pages/task/queries'
import { tasksQuery } from '@/pages/tasks/queries'
import { TaskState } from '@/pages/tasks/TaskState'
import { PageLink } from '@/show/links'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import { imagesQuery } from '../queries'
import classes from '../Station.module.css'

const SHOWN = 3

/** The last images that were asked for: how far each is, and why one did not come. */
export function Lately({ operator }: { operator: boolean }) {
  const queries = useQueryClient()
  const found = useInfiniteQuery({ ...tasksQuery({ purpose: 'image' }), enabled: operator })
  const tasks = found.data?.pages.flatMap((page) => page.items).slice(0, SHOWN) ?? []
  const done = tasks.flatMap((task) => (task.done ? [task.id] : [])).join(' ')
  useEffect(() => {
    if (!done) return
    void queries.invalidateQueries({ queryKey: imagesQuery.queryKey })
    void queries.invalidateQueries({ queryKey: ['jobs'] }) // what lacked it can be launched now
  }, [done, queries])
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (tasks.length === 0) return null
  const all = (
    <PageLink to="/tasks" search={{ purpose: 'image' }}>
      All of them
    </PageLink>
  )
  return (
    <Section title="Asked for lately" aside={all}>
      {tasks.map((task) => (
        <Asked key={task.id} task={task} />
      ))}
    </Section>
  )
}

function Asked({ task }: { task: Task }) {
  const detail = useQuery(taskQuery(task.id)).data
  const { purpose_id: name, asked_by: by } = task
  return (
    <div role="group" aria-label={name} className={classes.asked}>
      <Group justify="space-between" gap="sm" align="flex-start">
        <PageLink to="/tasks/$task" params={{ task: task.id }} fw={600} className="break">
          {name}
        </PageLink>
        <TaskState state={(detail ?? task).state} />
      </Group>
      <Text size="sm" c="dimmed">
        <Time at={(detail ?? task).ended ?? task.created} /> by {by}
      </Text>
      {detail && <Told task={detail} />}
    </div>
  )
}

/** Why it failed, else what was told of it last. */
function Told({ task }: { task: TaskDetail }) {
  const events = useInfiniteQuery(taskEventsQuery(task.id, task.events))
  const last = task.states.at(-1)?.message ?? events.data?.pages.at(-1)?.items.at(-1)?.text
  if (!last) return null
  return (
    <Text size="sm" className="break">
      <Prose text={sentence(last)} />
    </Text>
  )
}
