import { Text } from '@mantine/core'
import type { Run } from '@/api/client'
import { duration } from '@/format/time'
import { PageLink } from '@/show/links'
import { isFinal } from '@/show/runState'
import { State } from '@/show/State'
import { Time, useNow } from '@/show/Time'
import { nameOf } from '@/show/run'
import { took } from './rows'
import classes from './RunTable.module.css'

interface RunRowProps {
  run: Run
  index: number
  start: number
  height: number
}

/** One run of the list; all of the row leads to it. */
export function RunRow({ run, index, start, height }: RunRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`${classes.row} ${classes.item}`}
      style={{ height, transform: `translateY(${start}px)` }}
    >
      <div role="cell" className={classes.state}>
        <State state={run.state} />
      </div>
      <div role="cell" className={`cut ${classes.name}`}>
        <PageLink to="/runs/$run" params={{ run: run.id }} className={classes.link} fw={500}>
          {nameOf(run)}
        </PageLink>
        {run.state === 'failed' && run.reason && (
          <Text span c="dimmed" ml="xs">
            {run.reason.text}
          </Text>
        )}
      </div>
      <div role="cell" className={`cut ${classes.tool}`}>
        {run.tool.name}{' '}
        <Text span c="dimmed" size="sm">
          {run.tool.version}
        </Text>
      </div>
      <div role="cell" className={`cut ${classes.when}`}>
        <Time at={run.created_at} />
      </div>
      <div role="cell" className={`tabular cut ${classes.took}`}>
        <Took run={run} />
      </div>
      <div role="cell" className={`cut ${classes.by}`}>
        {run.submitted_by}
      </div>
    </div>
  )
}

function Took({ run }: { run: Run }) {
  const now = useNow(!isFinal(run.state))
  const ms = took(run, now)
  return ms === null ? <span aria-label="not started">–</span> : duration(ms)
}
