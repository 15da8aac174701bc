import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Workflow } from '@/api/client'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { Time } from '@/show/Time'
import { kindOf, seenBy } from './look'
import { NewWorkflow } from './NewWorkflow'
import { workflowsQuery } from './queries'
import { RunningList } from './RunningList'
import classes from './Workflows.module.css'

/** The workflows that the reader sees, and those that run, or did. */
export function Workflows() {
  const [making, { open, close }] = useDisclosure(false)
  const found = useInfiniteQuery(workflowsQuery)
  return (
    <Page
      title="Workflows"
      lead="A workflow runs jobs in a project, each as soon as those that it builds on have ended well."
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New workflow
        </Button>
      }
    >
      <section className="panel" aria-label="Workflows">
        <LongList
          label="Workflows"
          found={found}
          keyOf={(workflow) => workflow.id}
          rowHeight={41}
          empty={
            <Empty title="No workflow yet">
              Bring a definition of kind DataManagerWorkflow, make a version of it, and run that.
            </Empty>
          }
        >
          {(workflow) => <WorkflowRow workflow={workflow} />}
        </LongList>
      </section>
      <RunningList title="Running and ended" />
      <NewWorkflow opened={making} close={close} />
    </Page>
  )
}

function WorkflowRow({ workflow }: { workflow: Workflow }) {
  return (
    <div className={classes.row}>
      <span className={classes.name}>
        <PageLink to="/workflows/$workflow" params={{ workflow: workflow.id }} fw={600} className="cut">
          {workflow.name}
        </PageLink>
        <Text span size="sm" style={{ flexShrink: 0 }}>
          {kindOf(workflow)}
        </Text>
      </span>
      <Text size="sm" c="dimmed" className="cut" visibleFrom="sm">
        {workflow.description}
      </Text>
      <Text size="sm" c="dimmed" className="cut" visibleFrom="sm">
        {workflow.sound ? seenBy(workflow) : 'its definition has faults'}
      </Text>
      <Text size="sm" c="dimmed" ta="right">
        <Time at={workflow.created} />
      </Text>
    </div>
  )
}
