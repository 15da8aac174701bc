import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type UIEvent } from 'react'
import { marked, type Line } from './assemble'
import type { ShownLog } from './useLog'
import classes from './Log.module.css'

const LINE = 19
const OVERSCAN = 20
const SCROLLBAR = 20

interface LogLinesProps {
  log: ShownLog
  wanted: string
  /** The line to be brought into sight. */
  target: number | undefined
  following: boolean
  onFollow: (following: boolean) => void
}

/** Lines of a log, of which only those in sight are in the page. */
export function LogLines({ log, wanted, target, following, onFollow }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const count = log.lines.length
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: OVERSCAN,
    paddingStart: 6,
    paddingEnd: 6,
  })
  useEffect(() => {
    if (following && count) virtual.scrollToIndex(count - 1, { align: 'end' })
  }, [virtual, following, count, log])
  useEffect(() => {
    if (target !== undefined) virtual.scrollToIndex(target, { align: 'center' })
  }, [virtual, target])
  const top = useRef(0)
  const scrolled = ({ currentTarget: box }: UIEvent<HTMLDivElement>) => {
    if (following && box.scrollTop < top.current - 1) onFollow(false) // only a reader scrolls up
    top.current = box.scrollTop
  }
  return (
    <div
      ref={scroller}
      className={classes.box}
      style={{ height: `min(22rem, ${virtual.getTotalSize() + SCROLLBAR}px)` }}
      onScroll={scrolled}
      role="region"
      aria-label="Lines of the log"
      tabIndex={0}
    >
      {count === 0 && <div className={classes.nothing}>{log.over ? 'Nothing was written.' : 'Nothing yet.'}</div>}
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = log.lines[index]
          return (
            line && (
              <LogLine key={key} line={line} start={start} number={index + 1} wanted={wanted} now={index === target} />
            )
          )
        })}
      </div>
    </div>
  )
}

interface LogLineProps {
  line: Line
  start: number
  number: number
  wanted: string
  now: boolean
}

function LogLine({ line, start, number, wanted, now }: LogLineProps) {
  const kind = line.mark ? classes.mark : now ? classes.now : ''
  return (
    <div className={`${classes.line} ${kind}`} style={{ transform: `translateY(${start}px)` }}>
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      {marked(line.text, wanted).map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}
    </div>
  )
}
