import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RunEvent } from '@/api/client'
import { follow } from '@/live/stream'

const SETTLE_MS = 150

/** The events of a run as they come, until it is final; each has what is shown of the run asked for anew. */
export function useRunEvents(id: string): { events: readonly RunEvent[]; error: unknown } {
  const queries = useQueryClient()
  const [events, setEvents] = useState<readonly RunEvent[]>([])
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    const stop = new AbortController()
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['run', id] })
      }, SETTLE_MS)
    }
    follow(`/api/v1/runs/${encodeURIComponent(id)}/events`, {
      signal: stop.signal,
      over: () => over,
      onEvent: ({ name, data }) => {
        refresh()
        if (name === 'end') over = true
        else setEvents((seen) => withEvent(seen, JSON.parse(data) as RunEvent))
      },
    }).catch(setError)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [id, queries])
  return { events, error }
}

/** Add an event unless it is there already: a stream that was opened again may repeat some. */
export function withEvent(seen: readonly RunEvent[], event: RunEvent): readonly RunEvent[] {
  return seen.some((known) => known.id === event.id) ? seen : [...seen, event]
}
