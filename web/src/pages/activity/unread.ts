import { useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import type { Me } from '@/api/client'
import { COUNTED, newestQuery, type Action } from './queries'

const PREFIX = 'fieldstation.activity.'
const watchers = new Set<() => void>()

/** How much others did since the reader last looked, as it is written; empty for nothing. */
export function useUnread(me: Me): string {
  const seen = useSyncExternalStore(watch, () => seenBy(me.username))
  const newest = useQuery({ ...newestQuery, select: (page) => page.items }).data
  return newest ? unread(newest, seen, me.username) : ''
}

/** Count what is new to a reader who saw everything up to `seen`. */
export function unread(newest: readonly Pick<Action, 'id' | 'actor'>[], seen: number, me: string): string {
  const count = newest.filter((action) => action.id > seen && action.actor !== me).length
  if (count === 0) return ''
  return count >= COUNTED ? `${String(COUNTED)}+` : String(count)
}

/** Take note, in this browser, that the reader saw everything up to the newest of these. */
export function useSeen(me: Me | undefined, newest: Action | undefined): void {
  const [username, id] = [me?.username, newest?.id]
  useEffect(() => {
    if (username === undefined || id === undefined || id <= seenBy(username)) return
    localStorage.setItem(PREFIX + username, String(id))
    watchers.forEach((tell) => tell())
  }, [username, id])
}

function seenBy(username: string): number {
  const kept = Number(localStorage.getItem(PREFIX + username))
  return Number.isFinite(kept) ? kept : 0
}

function watch(tell: () => void): () => void {
  watchers.add(tell)
  window.addEventListener('storage', tell)
  return () => {
    watchers.delete(tell)
    window.removeEventListener('storage', tell)
  }
}
