import { Group, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import { duration } from '@/format/time'
import { areaOf, lineOf, nearest, roundTop, xOf, yOf, type At } from './curve'
import classes from './Chart.module.css'

const HEIGHT = 96
const LIMIT_SHOWN = 2.5 // times the peak; a limit further up would press the curve to the ground

interface ChartProps {
  title: string
  look: 'cpu' | 'memory'
  points: readonly At[]
  limit: number | undefined
  base: 2 | 10
  write: (value: number) => string
}

/** One figure over time, with what was allowed where that is near. */
export function Chart({ title, look, points, limit, base, write }: ChartProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const [pointed, setPointed] = useState<number | null>(null)
  const peak = Math.max(0, ...points.map((point) => point.value))
  const near = limit !== undefined && limit <= peak * LIMIT_SHOWN
  const frame = {
    width,
    height: HEIGHT,
    seconds: points.at(-1)?.seconds ?? 1,
    top: roundTop(near ? Math.max(limit, peak) : peak, base),
  }
  const mark = pointed === null ? null : nearest(frame, points, pointed)
  const most = `at most ${write(peak)}${limit === undefined ? '' : ` of ${write(limit)} allowed`}`
  return (
    <figure style={{ margin: 0 }}>
      <Group component="figcaption" justify="space-between" gap="xs" className={classes.said}>
        <Text fw={500}>{title}</Text>
        <Text size="sm" c="dimmed" className="tabular">
          {mark ? `${write(mark.value)} after ${duration(mark.seconds * 1000)}` : most}
        </Text>
      </Group>
      <div className={classes.frame}>
        {[0, 0.5, 1].map((part) => (
          <span
            key={part}
            className={`${classes.tick} ${classes.y}`}
            style={{ top: 8 + HEIGHT * (1 - part) }}
            aria-hidden
          >
            {write(frame.top * part)}
          </span>
        ))}
        <div
          ref={ref}
          onPointerMove={(event) => setPointed(event.clientX - event.currentTarget.getBoundingClientRect().left)}
          onPointerLeave={() => setPointed(null)}
        >
          <svg
            className={classes.drawing}
            width="100%"
            height={HEIGHT}
            role="img"
            aria-label={`${title} over ${duration(frame.seconds * 1000)}: ${most}`}
          >
            {[0, 0.5, 1].map((part) => (
              <line key={part} className={classes.grid} x1={0} x2={width} y1={HEIGHT * part} y2={HEIGHT * part} />
            ))}
            <path className={`${classes.area} ${classes[look]}`} d={areaOf(frame, points)} />
            <path className={`${classes.line} ${classes[look]}`} d={lineOf(frame, points)} />
            {near && <line className={classes.limit} x1={0} x2={width} y1={yOf(frame, limit)} y2={yOf(frame, limit)} />}
            {mark && (
              <line
                className={classes.mark}
                x1={xOf(frame, mark.seconds)}
                x2={xOf(frame, mark.seconds)}
                y1={0}
                y2={HEIGHT}
              />
            )}
          </svg>
        </div>
        <span className={`${classes.tick} ${classes.x}`} style={{ left: 68 }} aria-hidden>
          0
        </span>
        <span className={`${classes.tick} ${classes.x} ${classes.end}`} style={{ left: 68 + width }} aria-hidden>
          {duration(frame.seconds * 1000)}
        </span>
      </div>
    </figure>
  )
}
