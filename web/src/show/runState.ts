import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconDownload,
  IconHandStop,
  IconPackageExport,
  IconPlayerPlay,
} from '@tabler/icons-react'
import type { RunState } from '@/api/client'

interface Look {
  word: string
  icon: typeof IconClock
  /** A variable of the theme. */
  color: string
}

/** How each state of a run is shown: never by colour alone. */
export const LOOKS: Readonly<Record<RunState, Look>> = {
  held: { word: 'Held', icon: IconHandStop, color: 'var(--field-wait)' },
  queued: { word: 'Queued', icon: IconClock, color: 'var(--field-wait)' },
  staging: { word: 'Staging', icon: IconDownload, color: 'var(--field-busy)' },
  running: { word: 'Running', icon: IconPlayerPlay, color: 'var(--field-busy)' },
  collecting: { word: 'Collecting', icon: IconPackageExport, color: 'var(--field-busy)' },
  succeeded: { word: 'Succeeded', icon: IconCircleCheck, color: 'var(--field-good)' },
  failed: { word: 'Failed', icon: IconCircleX, color: 'var(--field-bad)' },
  canceled: { word: 'Canceled', icon: IconBan, color: 'var(--field-still)' },
}

export const STATES = Object.keys(LOOKS) as readonly RunState[]

const FINAL: ReadonlySet<RunState> = new Set(['succeeded', 'failed', 'canceled'])

/** Whether a run in this state never changes again. */
export function isFinal(state: RunState): boolean {
  return FINAL.has(state)
}
