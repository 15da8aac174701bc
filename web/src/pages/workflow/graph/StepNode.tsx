import { Text } from '@mantine/core'
import { Handle, Position, type NodeProps } from '@xyflow/react'
import type { WorkflowStep } from '@/api/client'
import { LOOKS, type Progress } from '@/pages/workflows/look'
import { WorkflowState } from '@/pages/workflows/WorkflowState'
import { PageLink } from '@/show/links'
import classes from './StepGraph.module.css'

/** A step: its job, and of one that runs how far it is, with the way to its run. */
export function StepNode({ data, targetPosition, sourcePosition }: NodeProps) {
  const { step, progress } = data as { step: WorkflowStep; progress?: Progress }
  const color = progress ? LOOKS[progress.state].color : 'var(--field-line)'
  return (
    <div className={classes.node} style={{ borderLeftColor: color }}>
      <Handle type="target" position={targetPosition ?? Position.Left} isConnectable={false} />
      <Handle type="source" position={sourcePosition ?? Position.Right} isConnectable={false} />
      <Name step={step} progress={progress} />
      {progress ? (
        <WorkflowState state={progress.state} size="sm" />
      ) : (
        <Text size="xs" c="dimmed" className="cut">
          {step.job.collection}/{step.job.job}@{step.job.version}
        </Text>
      )}
      {progress && progress.replicas > 1 && (
        <Text span size="xs" c="dimmed" ml={6} className="tabular">
          {progress.done} of {progress.replicas}
        </Text>
      )}
    </div>
  )
}

function Name({ step, progress }: { step: WorkflowStep; progress: Progress | undefined }) {
  const run = progress?.launched[0]?.run
  if (!run || progress.replicas > 1) {
    return (
      <Text fw={600} className={`${classes.name} cut`}>
        {step.name}
      </Text>
    )
  }
  return (
    <PageLink to="/runs/$run" params={{ run }} fw={600} className={`${classes.name} cut`}>
      {step.name}
    </PageLink>
  )
}
