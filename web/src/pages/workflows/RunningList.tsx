import { Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { RunningWorkflow } from '@/api/client'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { Time } from '@/show/Time'
import { runningQuery } from './queries'
import { WorkflowState } from './WorkflowState'
import classes from './Workflows.module.css'

/** Workflows that run, or did; those of one workflow where it is named. */
export function RunningList({ title, workflow }: { title: string; workflow?: string }) {
  const found = useInfiniteQuery(runningQuery(workflow))
  return (
    <section className="panel" aria-label={title}>
      <Title order={2} px="md" py="xs" style={{ borderBottom: '1px solid var(--field-line)' }}>
        {title}
      </Title>
      <LongList
        label={title}
        found={found}
        keyOf={(running) => running.id}
        rowHeight={41}
        empty={<Empty title="None has run yet">What runs in a project is seen by who sees the project.</Empty>}
      >
        {(running) => <RunningRow running={running} />}
      </LongList>
    </section>
  )
}

function RunningRow({ running }: { running: RunningWorkflow }) {
  return (
    <div className={classes.row}>
      <span className={classes.name}>
        <PageLink to="/running-workflows/$running" params={{ running: running.id }} fw={600} className="cut">
          {running.name}
        </PageLink>
      </span>
      <WorkflowState state={running.state} />
      <Text size="sm" c="dimmed" className="cut" visibleFrom="sm">
        in {running.project_name}
      </Text>
      <Text size="sm" c="dimmed" ta="right" visibleFrom="sm">
        <Time at={running.started} />
      </Text>
    </div>
  )
}
