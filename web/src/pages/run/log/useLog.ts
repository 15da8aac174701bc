import { useEffect, useState } from 'react'
import { size } from '@/format/number'
import { follow } from '@/live/stream'
import { LogText, type Line, type Piece } from './assemble'

export type Stream = 'stdout' | 'stderr'

export interface ShownLog {
  /** Grows in place; a new object each time something was added. */
  lines: readonly Line[]
  over: boolean
  error: unknown
}

const EMPTY: ShownLog = { lines: [], over: false, error: null }

/** Follow a log of a run to its end; what comes within one frame is shown at once. */
export function useLog(run: string, stream: Stream): ShownLog {
  const [log, setLog] = useState<ShownLog>(EMPTY)
  useEffect(() => {
    const stop = new AbortController()
    const text = new LogText()
    let over = false
    let frame = 0
    const show = () => {
      if (!frame) {
        frame = requestAnimationFrame(() => {
          frame = 0
          setLog({ lines: text.lines, over, error: null })
        })
      }
    }
    follow(`/api/v1/runs/${encodeURIComponent(run)}/logs/${stream}`, {
      signal: stop.signal,
      over: () => over,
      onEvent: ({ name, data }) => {
        if (name === 'end') over = true
        else text.push(JSON.parse(data) as Piece, (bytes) => `${size(bytes)} of the middle are not kept`)
        show()
      },
    }).catch((error: unknown) => setLog((before) => ({ ...before, error })))
    return () => {
      cancelAnimationFrame(frame)
      stop.abort()
    }
  }, [run, stream])
  return log
}
