import '@xyflow/react/dist/style.css'
import { useComputedColorScheme } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Background, Controls, Position, ReactFlow, type Edge, type Node } from '@xyflow/react'
import { useMemo } from 'react'
import type { RunningStep, WorkflowStep } from '@/api/client'
import { places } from '@/pages/dataset/lineage/layout'
import { progressOf } from '@/pages/workflows/look'
import { StepNode } from './StepNode'
import classes from './StepGraph.module.css'

const KINDS = { step: StepNode }

interface StepGraphProps {
  steps: readonly WorkflowStep[]
  /** What was launched of a workflow that runs, or did; absent where a definition is shown. */
  launched?: readonly RunningStep[]
}

/** The steps of a workflow, each behind those that it waits for, with how far they are. */
export default function StepGraph({ steps, launched }: StepGraphProps) {
  const scheme = useComputedColorScheme('light')
  const downwards = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const { nodes, edges } = useMemo(() => elements(steps, launched, downwards), [steps, launched, downwards])
  return (
    <div className={classes.graph}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        colorMode={scheme}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        aria-label="Steps"
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}

function elements(
  steps: readonly WorkflowStep[],
  launched: readonly RunningStep[] | undefined,
  downwards: boolean,
): { nodes: Node[]; edges: Edge[] } {
  const drawn = steps.flatMap((step) => step.after.map((from) => ({ from, to: step.name, slot: null })))
  const named = new Map(steps.map((step) => [step.name, step]))
  const ends = downwards
    ? { targetPosition: Position.Top, sourcePosition: Position.Bottom }
    : { targetPosition: Position.Left, sourcePosition: Position.Right }
  const nodes = places([...named.keys()], drawn, downwards).map(({ id, x, y }): Node => ({
    id,
    type: 'step',
    position: { x, y },
    data: { step: named.get(id), progress: launched && progressOf(id, launched) },
    ...ends,
  }))
  const edges = drawn.map(({ from, to }): Edge => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    animated: launched !== undefined && progressOf(to, launched).state === 'running',
  }))
  return { nodes, edges }
}
