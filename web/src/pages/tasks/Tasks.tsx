import { Button, Group, Select, Stack, Switch, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Task } from '@/api/client'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { Time } from '@/show/Time'
import { PURPOSES, readTaskFilters, type TaskFilters } from './filters'
import { subject } from './look'
import { tasksQuery } from './queries'
import { TaskState } from './TaskState'
import classes from './Tasks.module.css'

const route = getRouteApi('/tasks')
const CHOICES = Object.entries(PURPOSES).map(([value, label]) => ({ value, label }))

/** What takes its time, newest first: of the reader, and of what they may read. */
export function Tasks() {
  const filters = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(tasksQuery(filters))
  const change = (changes: Record<string, unknown>) =>
    void navigate({ search: (before) => readTaskFilters({ ...before, ...changes }), replace: true })
  return (
    <Page title="Tasks" lead="What takes its time, such as the removal of a project.">
      <Stack gap="sm">
        <Filters filters={filters} change={change} clear={() => void navigate({ search: {}, replace: true })} />
        <section className="panel" aria-label="Tasks">
          <LongList
            label="Tasks"
            found={found}
            keyOf={(task) => task.id}
            rowHeight={58}
            empty={<Nothing filtered={Object.keys(filters).length > 0} />}
          >
            {(task) => <TaskRow task={task} />}
          </LongList>
        </section>
      </Stack>
    </Page>
  )
}

interface FiltersProps {
  filters: TaskFilters
  change: (changes: Record<string, unknown>) => void
  clear: () => void
}

function Filters({ filters, change, clear }: FiltersProps) {
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Filter tasks">
      <Select
        label="About"
        placeholder="Everything"
        data={CHOICES}
        value={filters.purpose ?? null}
        onChange={(purpose) => change({ purpose })}
        clearable
        clearButtonProps={{ 'aria-label': 'About everything' }}
        w={170}
      />
      <Switch
        label="Only what is not done"
        checked={filters.open ?? false}
        onChange={(event) => change({ open: event.currentTarget.checked })}
        pb={8}
      />
      {Object.keys(filters).length > 0 && (
        <Button variant="subtle" onClick={clear}>
          Show all
        </Button>
      )}
    </Group>
  )
}

function TaskRow({ task }: { task: Task }) {
  return (
    <div className={classes.row}>
      <Group justify="space-between" gap="md" wrap="nowrap">
        <PageLink to="/tasks/$task" params={{ task: task.id }} fw={600} className={`cut ${classes.link}`}>
          {subject(task)}
        </PageLink>
        <TaskState state={task.state} />
      </Group>
      <Group justify="space-between" gap="md" wrap="nowrap">
        <Text span size="sm" c="dimmed" className="cut mono">
          {task.purpose_id}
        </Text>
        <Text span size="sm" c="dimmed" className={classes.facts}>
          {task.asked_by} · <Time at={task.ended ?? task.created} />
        </Text>
      </Group>
    </div>
  )
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No task is like that">Take a filter away to see more.</Empty>
  return (
    <Empty title="No tasks yet">
      What you ask for and what takes its time stands here, until it is done and after.
    </Empty>
  )
}
