import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { TaskDetail } from '@/api/client'
import { subject } from '@/pages/tasks/look'
import { TaskState } from '@/pages/tasks/TaskState'
import { meQuery } from '@/session/me'
import { Copied } from '@/show/Copied'
import { PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { Time } from '@/show/Time'
import { sentence } from '@/show/words'
import { Events } from './Events'
import { taskQuery } from './queries'
import { Remove } from './Remove'
import classes from './Task.module.css'

const route = getRouteApi('/tasks/$task')

/** One task: its states, what was told about it, and what it is about; live until it is done. */
export function TaskPage() {
  const { task: id } = route.useParams()
  const task = useQuery(taskQuery(id))
  if (task.data) return <Shown key={id} task={task.data} />
  return (
    <Page title="Task">
      {task.error ? (
        <ProblemNote error={task.error} title="This task cannot be shown" retry={() => void task.refetch()} />
      ) : (
        <Loading rows={4} />
      )}
    </Page>
  )
}

function Shown({ task }: { task: TaskDetail }) {
  const mine = useQuery(meQuery).data?.username === task.asked_by
  return (
    <Page title={subject(task)} lead={<Lead task={task} />} actions={mine && task.done && <Remove task={task} />}>
      <Stack gap="md">
        <Status task={task} />
        <Section title="States">
          <ol className={classes.list}>
            {task.states.map((passed, place) => (
              <li key={place} className={classes.passed}>
                <TaskState state={passed.state} />{' '}
                <Text span c="dimmed" size="sm">
                  <Time at={passed.at} full />
                </Text>
                {passed.message && (
                  <Text size="sm" className="break">
                    <Prose text={sentence(passed.message)} />
                  </Text>
                )}
              </li>
            ))}
          </ol>
        </Section>
        {task.events > 0 && <Events task={task} />}
        <Section title="Details">
          <Details task={task} />
        </Section>
      </Stack>
    </Page>
  )
}

function Lead({ task }: { task: TaskDetail }) {
  return (
    <>
      <PageLink to="/tasks">Tasks</PageLink> / asked for <Time at={task.created} /> by {task.asked_by}
    </>
  )
}

function Status({ task }: { task: TaskDetail }) {
  const last = task.states.at(-1)
  return (
    <Stack gap={6} className="panel" p="md" role="status" aria-label="State of the task">
      <TaskState state={task.state} size="lg" />
      {last?.message && (
        <Text className="break">
          <Prose text={sentence(last.message)} />
        </Text>
      )}
    </Stack>
  )
}

/** The way to what a task is about, unless it removes that. */
function Way({ task: { purpose, purpose_id: id, removal } }: { task: TaskDetail }) {
  if (removal) return null
  if (purpose === 'instance') {
    return (
      <>
        <PageLink to="/instances/$instance" params={{ instance: id }}>
          The launched job
        </PageLink>{' '}
      </>
    )
  }
  if (purpose !== 'dataset') return null
  return (
    <>
      <PageLink to="/data/$dataset" params={{ dataset: id }}>
        The data set
      </PageLink>{' '}
    </>
  )
}

function Details({ task }: { task: TaskDetail }) {
  return (
    <dl className={classes.facts}>
      <Fact name="About">
        <Way task={task} />
        <Copied text={task.purpose_id} what="id of the thing" />
      </Fact>
      {task.purpose_version && <Fact name="Version">{task.purpose_version}</Fact>}
      {task.project && (
        <Fact name="Project">
          <PageLink to="/projects/$project" params={{ project: task.project }}>
            The project
          </PageLink>{' '}
          <Copied text={task.project} what="id of the project" />
        </Fact>
      )}
      {task.context && <Fact name="Context">{task.context}</Fact>}
      {task.done && <Fact name="Exit code">{task.exit_code}</Fact>}
      {task.ended && (
        <Fact name="Ended">
          <Time at={task.ended} full />
        </Fact>
      )}
      <Fact name="Task id">
        <Copied text={task.id} what="id of the task" />
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <Text component="dt" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} className="break">
        {children}
      </Text>
    </div>
  )
}
