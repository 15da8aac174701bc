import { notifications } from '@mantine/notifications'
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { Problem, unreachable } from '@/api/problem'
import { count } from '@/format/number'
import { projectFileAddress } from '@/pages/project/files/address'
import type { Chosen } from './choice'
import { dropJob, putJob, type Phase } from './jobs'
import { Lot, type LotPhase, type LotView, type Send } from './lot'
import { put } from './put'
import { Stopped } from './stopped'

const LOOK_MS = 1500
const LOOK_FIRST_BYTES = 4 * 1024 * 1024 // a larger file is not sent only to hear that something has its name

interface Work {
  lot: Lot
  view: LotView | null
  folder: string
}

const works = new Map<string, Work>()
const listeners = new Set<() => void>()
const PHASES: Record<LotPhase, Phase> = {
  sending: 'sending',
  asking: 'asking',
  stopped: 'stopped',
  failed: 'stopped',
  done: 'made',
}

interface Place {
  project: { id: string; name: string }
  folder: string
}

/** Send files into a folder of a project; it goes on while other pages are looked at. */
export function sendInto({ project, folder }: Place, chosen: readonly Chosen[], queries: QueryClient): void {
  const work = works.get(project.id) ?? begun({ project, folder }, queries)
  work.folder = folder
  work.lot.add(chosen.map(({ path, file }) => ({ path: folder ? `${folder}/${path}` : path, file })))
}

/** What is on its way into a project, and what can be done about it; null where nothing is. */
export function useSending(project: string): { lot: Lot; view: LotView } | null {
  const view = useSyncExternalStore(subscribe, () => works.get(project)?.view ?? null)
  const lot = works.get(project)?.lot
  return view && lot ? { lot, view } : null
}

/** Forget what was not sent, and what was refused. */
export function forgetSending(project: string): void {
  const work = works.get(project)
  works.delete(project)
  work?.lot.stop()
  dropJob(keyOf(project))
  listeners.forEach((each) => each())
}

function begun({ project, folder }: Place, queries: QueryClient): Work {
  const look = looker(project.id, queries)
  const lot = new Lot(sender(project.id), (view) => saw(project, view), look)
  const work = { lot, view: null, folder }
  works.set(project.id, work)
  return work
}

function sender(project: string): Send {
  return async ({ path, file, replace }, signal, onSent) => {
    const address = projectFileAddress(project, path)
    if (!replace && file.size > LOOK_FIRST_BYTES && (await isThere(address, signal))) throw taken()
    await put(`${address}?replace=${String(replace)}`, file, { signal, onSent })
  }
}

async function isThere(address: string, signal: AbortSignal): Promise<boolean> {
  const answer = await fetch(address, { method: 'HEAD', signal }).catch(() => {
    throw signal.aborted ? new Stopped() : unreachable()
  })
  return answer.ok
}

function taken(): Problem {
  return new Problem({ status: 409, reason: 'exists', detail: 'something is there already', fault: 'yours' })
}

function saw(project: { id: string; name: string }, view: LotView): void {
  const work = works.get(project.id)
  if (!work) return
  if (view.phase === 'done') {
    forgetSending(project.id)
    if (view.progress.done > 0)
      notifications.show({ message: `${count(view.progress.done, 'file')} came into ${project.name}.` })
    return
  }
  work.view = view
  putJob({
    key: keyOf(project.id),
    title: project.name,
    phase: PHASES[view.phase],
    progress: view.progress,
    error: null,
    paths: new Set(),
    dataset: null,
    place: { project: project.id, folder: work.folder },
  })
  listeners.forEach((each) => each())
}

/** Has the list of files asked for anew, once for all files that came within a moment. */
function looker(project: string, queries: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const look = () => {
    timer = undefined
    last = performance.now()
    void queries.invalidateQueries({ queryKey: ['project-files', project] })
    void queries.invalidateQueries({ queryKey: ['projects', project], exact: true })
  }
  return () => {
    timer ??= setTimeout(look, Math.max(100, LOOK_MS - (performance.now() - last)))
  }
}

function keyOf(project: string): string {
  return `files ${project}`
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
