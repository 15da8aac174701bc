import { Text } from '@mantine/core'
import { Handle, Position, type NodeProps } from '@xyflow/react'
import type { Lineage, Run } from '@/api/client'
import { count, size } from '@/format/number'
import { PageLink } from '@/show/links'
import classes from './Lineage.module.css'

type VersionOfGraph = Lineage['versions'][number]

function Ends({ targetPosition, sourcePosition }: Pick<NodeProps, 'targetPosition' | 'sourcePosition'>) {
  return (
    <>
      <Handle type="target" position={targetPosition ?? Position.Left} isConnectable={false} />
      <Handle type="source" position={sourcePosition ?? Position.Right} isConnectable={false} />
    </>
  )
}

export function VersionNode({ data, targetPosition, sourcePosition }: NodeProps) {
  const { version, shown } = data as { version: VersionOfGraph; shown: boolean }
  return (
    <div className={shown ? `${classes.node} ${classes.shown}` : classes.node}>
      <Ends targetPosition={targetPosition} sourcePosition={sourcePosition} />
      <PageLink
        to="/data/$dataset"
        params={{ dataset: version.dataset }}
        search={{ version: version.number, tab: 'lineage' }}
        fw={600}
        className={`${classes.name} cut`}
      >
        {version.name} · {version.number}
      </PageLink>
      <Text size="xs" c="dimmed" className="tabular">
        {count(version.files, 'file')}, {size(version.size)}
      </Text>
    </div>
  )
}

export function RunNode({ data, targetPosition, sourcePosition }: NodeProps) {
  const { run } = data as { run: Run }
  return (
    <div className={`${classes.node} ${classes.run}`}>
      <Ends targetPosition={targetPosition} sourcePosition={sourcePosition} />
      <PageLink to="/runs/$run" params={{ run: run.id }} className={`${classes.name} cut`}>
        {run.tool.name} {run.tool.version}
      </PageLink>
      <Text size="xs" c="dimmed">
        {run.state}
      </Text>
    </div>
  )
}
