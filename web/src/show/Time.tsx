import { useSyncExternalStore } from 'react'
import { bothZones, exact, relative } from '@/format/time'

const TICK_MS = 1000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for the whole page, which only ticks while something shows it. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    listeners.forEach((each) => each())
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** The present in milliseconds, once a second; still while `ticking` is false. */
export function useNow(ticking = true): number {
  return useSyncExternalStore(ticking ? subscribe : never, () => now)
}

function never(): () => void {
  return () => undefined
}

interface TimeProps {
  at: string
  /** Show date and time instead of how long ago it was. */
  full?: boolean
}

/** A time as the reader reads it, with the exact one in both zones on hover. */
export function Time({ at, full = false }: TimeProps) {
  const present = useNow(!full)
  const time = Date.parse(at)
  return (
    <time dateTime={at} title={bothZones(time)} className="tabular">
      {full ? exact(time) : relative(time, Math.max(present, time))}
    </time>
  )
}
