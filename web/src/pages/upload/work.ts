import { notifications } from '@mantine/notifications'
import type { QueryClient } from '@tanstack/react-query'
import { api, take, type Dataset, type Version } from '@/api/client'
import { asProblem } from '@/api/problem'
import { changeJob, dropJob, isWatched, putJob } from '@/sending/jobs'
import type { Chosen } from '@/sending/choice'
import { Stopped } from '@/sending/stopped'
import { Sending } from './sending'
import type { Goal } from './useUpload'

interface Work {
  goal: Goal
  chosen: readonly Chosen[]
  begun: { dataset: string; sending: Sending } | null
}

const works = new Map<string, Work>()

/** Send files, and make of them what `goal` says. */
export async function begin(key: string, goal: Goal, chosen: readonly Chosen[], queries: QueryClient): Promise<void> {
  works.set(key, { goal, chosen, begun: null })
  const title = goal.title || goal.name || goal.dataset?.name || ''
  const paths = new Set(chosen.map(({ path }) => path))
  putJob({ key, title, phase: 'sending', progress: null, error: null, paths, dataset: null })
  await goOn(key, queries)
}

/** Go on with what was begun. */
export async function goOn(key: string, queries: QueryClient): Promise<void> {
  const work = works.get(key)
  if (!work) return
  changeJob(key, { phase: 'sending', error: null })
  try {
    const dataset = await finish(key, work)
    await queries.invalidateQueries({ queryKey: ['datasets'] })
    works.delete(key)
    if (isWatched(key)) changeJob(key, { phase: 'made', dataset })
    else tell(key, work)
  } catch (thrown) {
    const error = thrown instanceof Stopped ? null : thrown
    changeJob(key, { phase: work.begun ? 'stopped' : 'choosing', error })
    if (error !== null && !isWatched(key))
      notifications.show({ color: 'red', message: 'Sending files was broken off.' })
  }
}

/** Stop for now; what came stays at the station. */
export function stop(key: string): void {
  works.get(key)?.begun?.sending.stop()
}

/** Forget what was begun, to choose anew. */
export function forget(key: string): void {
  stop(key)
  works.delete(key)
  dropJob(key)
}

async function finish(key: string, work: Work): Promise<string> {
  const { goal, chosen } = work
  work.begun ??= {
    dataset: await datasetOf(goal),
    sending: new Sending(chosen, (progress) => changeJob(key, { progress })),
  }
  const { dataset, sending } = work.begun
  const files = await sending.run()
  changeJob(key, { phase: 'publishing' })
  const body = { files, ...(goal.base ? { base: goal.base, metadata: await metadataOf(dataset, goal.base) } : {}) }
  await take(api.POST('/api/v1/datasets/{reference}/versions', { params: { path: { reference: dataset } }, body }))
  await sending.forget()
  return dataset
}

function tell(key: string, { goal }: Work): void {
  dropJob(key)
  notifications.show({ message: `The files of ${goal.dataset?.name ?? goal.name} have come.` })
}

async function datasetOf({ dataset, name, title, unit }: Goal): Promise<string> {
  if (dataset) return dataset.id
  try {
    return (await take(api.POST('/api/v1/datasets', { body: { name, title, description: '', ...(unit && { unit }) } })))
      .id
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
