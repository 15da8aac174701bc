import { useSyncExternalStore } from 'react'

export type Phase = 'choosing' | 'sending' | 'asking' | 'stopped' | 'publishing' | 'made'

export interface Progress {
  sent: number
  total: number
  done: number
  files: number
  bytesPerSecond: number
}

/** Files on their way from this page to the station; the page they were chosen on may have been left. */
export interface Job {
  /** Id of the data set they are added to, `new` where one is made of them. */
  key: string
  title: string
  phase: Phase
  progress: Progress | null
  error: unknown
  paths: ReadonlySet<string>
  /** Id of the data set that has them, once it does. */
  dataset: string | null
  /** Where they go, if it is a folder of a project. */
  place?: { project: string; folder: string }
}

const jobs = new Map<string, Job>()
const watchers = new Map<string, number>()
const listeners = new Set<() => void>()
let listed: readonly Job[] = []

/** Everything that is being sent or was stopped. */
export function useJobs(): readonly Job[] {
  return useSyncExternalStore(subscribe, () => listed)
}

export function useJob(key: string): Job | undefined {
  return useSyncExternalStore(subscribe, () => jobs.get(key))
}

export function putJob(job: Job): void {
  jobs.set(job.key, job)
  told()
}

export function changeJob(key: string, change: Partial<Job>): void {
  const job = jobs.get(key)
  if (job) putJob({ ...job, ...change })
}

export function dropJob(key: string): void {
  jobs.delete(key)
  told()
}

/** Takes note that somebody looks at this job; returns what ends that. What was refused is forgotten with it. */
export function watchJob(key: string): () => void {
  watchers.set(key, (watchers.get(key) ?? 0) + 1)
  return () => {
    watchers.set(key, (watchers.get(key) ?? 1) - 1)
    if (jobs.get(key)?.phase === 'choosing') dropJob(key)
  }
}

export function isWatched(key: string): boolean {
  return (watchers.get(key) ?? 0) > 0
}

export function isBusy({ phase }: Job): boolean {
  return phase === 'sending' || phase === 'asking' || phase === 'publishing'
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function told(): void {
  listed = [...jobs.values()]
  if (listed.some(isBusy)) window.addEventListener('beforeunload', warn)
  else window.removeEventListener('beforeunload', warn)
  for (const listener of listeners) listener()
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
