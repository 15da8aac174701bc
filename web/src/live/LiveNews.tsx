import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { asProblem } from '@/api/problem'
import { setChannel, tell, type News } from './news'
import { follow, type StreamEvent } from './stream'

const ADDRESS = '/api/v1/events'
const SETTLE_MS = 400

/** Keeps one stream of the station's events open, and has what it tells of asked for anew. */
export function LiveNews() {
  const queries = useQueryClient()
  useEffect(() => {
    const stop = new AbortController()
    const refresh = refresher(queries)
    void listen(stop.signal, (news) => {
      refresh(news)
      tell(news)
    })
    return () => stop.abort()
  }, [queries])
  return null
}

async function listen(signal: AbortSignal, handle: (news: News) => void): Promise<void> {
  try {
    await follow(ADDRESS, {
      signal,
      over: () => false,
      onOpen: (open) => setChannel(open ? 'stream' : 'away'),
      onEvent: (event) => {
        const news = readNews(event)
        if (news) handle(news)
      },
    })
  } catch (thrown) {
    if (asProblem(thrown).status !== 0) setChannel('asking') // a station without such a stream
  }
}

/** Read an event of the stream: its name is the kind, its data names the thing. */
export function readNews(event: StreamEvent): News | null {
  const data: unknown = JSON.parse(event.data)
  if (typeof data !== 'object' || data === null || !('thing' in data) || typeof data.thing !== 'string') return null
  return { kind: event.name, thing: data.thing }
}

const OF_RUNS = [['newest-runs'], ['home'], ['storage'], ['attention'], ['instances']]
const ENDED = /\.(succeeded|failed|canceled)$/

/** Which queries go out of date by news of a kind. */
export function outdated(news: News): readonly (readonly string[])[] {
  const kind = news.kind.slice(0, news.kind.indexOf('.'))
  if (kind === 'run') return [...OF_RUNS, ['run', news.thing], ...(ENDED.test(news.kind) ? [['project-files']] : [])]
  if (kind === 'workflow') return [['running-workflows'], ['running-workflow', news.thing], ['project-files']]
  if (kind === 'task') return [['tasks'], ['task', news.thing]]
  if (kind === 'action') return [['actions']]
  if (kind === 'tool') return [['tools'], ['tool']]
  if (kind === 'dataset' || kind === 'version') return [['datasets'], ['dataset', news.thing], ['storage']]
  return []
}

/** Return what gathers news for a moment, and then has all they outdate asked for once. */
function refresher(queries: QueryClient): (news: News) => void {
  const waiting = new Map<string, readonly string[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  return (news) => {
    outdated(news).forEach((key) => waiting.set(key.join(' '), key))
    timer ??= setTimeout(() => {
      timer = undefined
      waiting.forEach((queryKey) => void queries.invalidateQueries({ queryKey }))
      waiting.clear()
    }, SETTLE_MS)
  }
}
