import { IconCircleCheck, IconCircleX, IconClock, IconPlayerPlay, IconRefresh } from '@tabler/icons-react'
import type { Task } from '@/api/client'
import { PURPOSES } from './filters'

/** How each state of a task is shown: never by colour alone. */
export const LOOKS: Readonly<Record<Task['state'], { word: string; icon: typeof IconClock; color: string }>> = {
  pending: { word: 'Pending', icon: IconClock, color: 'var(--field-wait)' },
  started: { word: 'Started', icon: IconPlayerPlay, color: 'var(--field-busy)' },
  retry: { word: 'Tried again', icon: IconRefresh, color: 'var(--field-wait)' },
  success: { word: 'Succeeded', icon: IconCircleCheck, color: 'var(--field-good)' },
  failure: { word: 'Failed', icon: IconCircleX, color: 'var(--field-bad)' },
}

/** What a task does, in words: `Removal of a project`. */
export function subject(task: Pick<Task, 'purpose' | 'removal'>): string {
  const noun = PURPOSES[task.purpose]
  if (!task.removal) return noun
  const small = noun.toLowerCase()
  return `Removal of ${/^[aeiou]/.test(small) ? 'an' : 'a'} ${small}`
}
