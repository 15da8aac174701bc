import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, take, type Dataset, type Version } from '@/api/client'
import { asProblem } from '@/api/problem'
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
      const body = { files, ...(goal.base ? { base: goal.base, metadata: await metadataOf(dataset, goal.base) } : {}) }
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
  try {
    return (await take(api.POST('/api/v1/datasets', { body: { name, title, description: '' } }))).id
  } catch (thrown) {
    const begun = asProblem(thrown).reason === 'name_taken' ? await begunBefore(name) : undefined
    if (!begun) throw thrown
    return begun.id
  }
}

/** The data set of this name that an upload which broke off has left without a version. */
async function begunBefore(name: string): Promise<Dataset | undefined> {
  const found = await take(api.GET('/api/v1/datasets', { params: { query: { name, own: true, limit: 1000 } } }))
  return found.items.find((one) => one.name === name && one.latest === 0)
}

/** What was said about a version is said about the next one too, until somebody says something else. */
async function metadataOf(reference: string, number: number): Promise<Version['metadata']> {
  const params = { path: { reference, number } }
  return (await take(api.GET('/api/v1/datasets/{reference}/versions/{number}', { params }))).metadata
}

function warnWhile(busy: boolean): (() => void) | undefined {
  if (!busy) return undefined
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  window.addEventListener('beforeunload', warn)
  return () => window.removeEventListener('beforeunload', warn)
}
