import '@xyflow/react/dist/style.css'
import { Stack, Text, useComputedColorScheme } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Background, Controls, Position, ReactFlow, type Edge, type Node } from '@xyflow/react'
import { useMemo } from 'react'
import type { Lineage as Graph } from '@/api/client'
import { Empty, Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { lineageQuery } from '../queries'
import { arrows, merged, places } from './layout'
import { RunNode, VersionNode } from './nodes'
import classes from './Lineage.module.css'

const KINDS = { version: VersionNode, run: RunNode }

/** What a version was made from, and what was made of it, as a graph. */
export default function Lineage({ dataset, number }: { dataset: string; number: number }) {
  const up = useQuery(lineageQuery(dataset, number, 'up'))
  const down = useQuery(lineageQuery(dataset, number, 'down'))
  const error = up.error ?? down.error
  if (error) return <ProblemNote error={error} retry={() => void Promise.all([up.refetch(), down.refetch()])} />
  if (!up.data || !down.data) return <Loading rows={5} />
  return <Drawn graph={merged(up.data, down.data)} dataset={dataset} number={number} />
}

function Drawn({ graph, dataset, number }: { graph: Graph; dataset: string; number: number }) {
  const scheme = useComputedColorScheme('light')
  const downwards = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const { nodes, edges } = useMemo(
    () => elements(graph, { dataset, number }, downwards),
    [graph, dataset, number, downwards],
  )
  if (graph.runs.length === 0) {
    return <Empty title="No run made this version, and none has used it">It came as an upload.</Empty>
  }
  return (
    <Stack gap="xs">
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
          aria-label="Lineage"
        >
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      {graph.cut && <Text c="dimmed">The graph is larger than what is shown here.</Text>}
    </Stack>
  )
}

function elements(
  graph: Graph,
  of: { dataset: string; number: number },
  downwards: boolean,
): { nodes: Node[]; edges: Edge[] } {
  const drawn = arrows(graph)
  const versions = new Map(graph.versions.map((version) => [version.id, version]))
  const runs = new Map(graph.runs.map((run) => [run.id, run]))
  const nodes = places([...versions.keys(), ...runs.keys()], drawn, downwards).map(({ id, x, y }): Node => {
    const version = versions.get(id)
    const shown = version?.dataset === of.dataset && version.number === of.number
    const kind = version ? { type: 'version', data: { version, shown } } : { type: 'run', data: { run: runs.get(id) } }
    const ends = downwards
      ? { targetPosition: Position.Top, sourcePosition: Position.Bottom }
      : { targetPosition: Position.Left, sourcePosition: Position.Right }
    return { id, position: { x, y }, ...ends, ...kind }
  })
  const edges = drawn.map(({ from, to, slot }): Edge => ({
    id: `${from} ${to} ${slot ?? ''}`,
    source: from,
    target: to,
    ...(slot ? { label: slot } : {}),
  }))
  return { nodes, edges }
}
