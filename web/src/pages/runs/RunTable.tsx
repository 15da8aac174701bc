import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { Run } from '@/api/client'
import { count } from '@/format/number'
import { RunRow } from './RunRow'
import classes from './RunTable.module.css'

const HEAD = 38
const ROW = 40
const ROW_NARROW = 60
const OVERSCAN = 12
const COLUMNS = ['State', 'Run', 'Tool', 'Submitted', 'Took', 'By'] as const

interface RunTableProps {
  rows: readonly Run[]
  /** How many newer runs wait above. */
  newer: number
  loading: boolean
  /** Called when the last rows come into sight. */
  onEnd: () => void
  /** Told whether the reader is at the top. */
  onTop: (atTop: boolean) => void
}

/** Rows of runs, of which only those in sight are in the page. */
export function RunTable({ rows, newer, loading, onEnd, onTop }: RunTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const narrow = useMediaQuery('(max-width: 48em)')
  const height = narrow ? ROW_NARROW : ROW
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - OVERSCAN * 2) onEnd()
  }, [last, rows.length, onEnd])
  const toTop = () => {
    scroller.current?.scrollTo({ top: 0 })
    onTop(true)
  }
  return (
    <div className={classes.frame}>
      {newer > 0 && (
        <Button className={classes.newer} size="xs" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={toTop}>
          {newer >= 100 ? 'Many newer runs' : count(newer, 'newer run')}
        </Button>
      )}
      <div
        ref={scroller}
        className={`panel ${classes.scroller}`}
        onScroll={(event) => onTop(event.currentTarget.scrollTop < height)}
        style={{ height: `min(var(--most), ${virtual.getTotalSize() + HEAD}px)` }}
        role="table"
        aria-label="Runs"
        aria-rowcount={-1}
        aria-busy={loading}
      >
        <div role="rowgroup" className={classes.head}>
          <div role="row" className={classes.row}>
            {COLUMNS.map((column) => (
              <div role="columnheader" key={column} className="cut">
                {column}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const run = rows[item.index]
            return run && <RunRow key={item.key} run={run} index={item.index} start={item.start} height={height} />
          })}
        </div>
      </div>
    </div>
  )
}
