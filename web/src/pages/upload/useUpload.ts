import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, take, type Dataset } from '@/api/client'
import type { Chosen } from './choice'
import { Sending, Stopped, type Progress } from './sending'

export type Phase = 'choosing' | 'sending' | 'stopped' | 'publishing'

/** What is to be made: a version of a data set that there is, or of a new one. */
export interface Goal {
  dataset: Dataset | null
  name: string
  title: string
  /** Number of the version whose other files stay; 0 for none. */
  base: number
}

interface Work {
  dataset: string
  sending: Sending
}

/** Sends files and makes a version of them; can be stopped and taken up again. */
export function useUpload(done: (dataset: string) => void) {
  const queries = useQueryClient()
  const work = useRef<Work | null>(null)
  const [phase, setPhase] = useState<Phase>('choosing')
  const [progress, setProgress] = useState<Progress | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => () => work.current?.sending.stop(), [])
  useEffect(() => warnWhile(phase === 'sending' || phase === 'publishing'), [phase])

  const start = async (goal: Goal, chosen: readonly Chosen[]) => {
    setError(null)
    setPhase('sending')
    try {
      work.current ??= { dataset: await datasetOf(goal), sending: new Sending(chosen, setProgress) }
      const { dataset, sending } = work.current
      const files = await sending.run()
      setPhase('publishing')
      const body = { files, ...(goal.base ? { base: goal.base } : {}) }
      await take(api.POST('/api/v1/datasets/{reference}/versions', { params: { path: { reference: dataset } }, body }))
      await sending.forget()
      await queries.invalidateQueries({ queryKey: ['datasets'] })
      done(dataset)
    } catch (thrown) {
      setPhase(work.current ? 'stopped' : 'choosing')
      if (!(thrown instanceof Stopped)) setError(thrown)
    }
  }
  const stop = () => work.current?.sending.stop()
  return { phase, progress, error, start, stop }
}

async function datasetOf({ dataset, name, title }: Goal): Promise<string> {
  if (dataset) return dataset.id
  const made = await take(api.POST('/api/v1/datasets', { body: { name, title, description: '' } }))
  return made.id
}

function warnWhile(busy: boolean): (() => void) | undefined {
  if (!busy) return undefined
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  window.addEventListener('beforeunload', warn)
  return () => window.removeEventListener('beforeunload', warn)
}
