import { useEffect, useSyncExternalStore } from 'react'

/** Something that happened on the station to a thing that the reader may see. */
export interface News {
  kind: string
  thing: string
}

type Handler = (news: News) => void

/** How the console hears of what happens: by a stream of events, or by asking every few seconds where there is none. */
export type Channel = 'connecting' | 'stream' | 'asking' | 'away'

const POLL_MS = 3000

const handlers = new Set<Handler>()
const watchers = new Set<() => void>()
let channel: Channel = 'connecting'

/** Hand news to everything on the page that listens. */
export function tell(news: News): void {
  handlers.forEach((handle) => handle(news))
}

export function setChannel(next: Channel): void {
  if (next === channel) return
  channel = next
  watchers.forEach((watch) => watch())
}

function watchChannel(watch: () => void): () => void {
  watchers.add(watch)
  return () => watchers.delete(watch)
}

function useChannel(): Channel {
  return useSyncExternalStore(watchChannel, () => channel)
}

/** Whether the station answers, as far as the page knows. */
export function useReachable(): boolean {
  return useChannel() !== 'away'
}

/** How often what changes by itself has to be asked for: false while news of it comes in. */
export function usePolling(): number | false {
  return useChannel() === 'stream' ? false : POLL_MS
}

/** Call `handle` with all news for as long as the component is shown; `handle` should be stable. */
export function useNews(handle: Handler): void {
  useEffect(() => {
    handlers.add(handle)
    return () => {
      handlers.delete(handle)
    }
  }, [handle])
}
