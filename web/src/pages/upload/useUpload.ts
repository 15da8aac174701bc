import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Dataset } from '@/api/client'
import { dropJob, useJob, watchJob } from '@/sending/jobs'
import type { Chosen } from '@/sending/choice'
import { begin, forget, goOn, stop } from './work'

/** What is to be made: a version of a data set that there is, or of a new one. */
export interface Goal {
  dataset: Dataset | null
  name: string
  title: string
  /** The unit that pays for a new data set; empty for one's own, if it has to be paid for. */
  unit: string
  /** Number of the version whose other files stay; 0 for none. */
  base: number
}

/** Sends files and makes a version of them; goes on while other pages are looked at, can be stopped and taken up again. */
export function useUpload(dataset: Dataset | null, done: (dataset: string) => void) {
  const key = dataset?.id ?? 'new'
  const queries = useQueryClient()
  const job = useJob(key)
  const made = job?.phase === 'made' ? job.dataset : null
  useEffect(() => watchJob(key), [key])
  useEffect(() => {
    if (made === null) return
    dropJob(key)
    done(made)
  }, [made, key, done])
  return {
    phase: job?.phase ?? 'choosing',
    progress: job?.progress ?? null,
    error: job?.error ?? null,
    start: (goal: Goal, chosen: readonly Chosen[]) => void begin(key, goal, chosen, queries),
    goOn: () => void goOn(key, queries),
    stop: () => stop(key),
    forget: () => forget(key),
  }
}
