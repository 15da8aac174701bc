import type { RunEvent } from '@/api/client'
import { size } from '@/format/number'

const TITLES: Readonly<Record<string, string>> = {
  'run.submitted': 'Submitted',
  'run.held': 'Held',
  'run.queued': 'Queued',
  'run.staging': 'Staging its inputs',
  'run.running': 'Started',
  'run.collecting': 'Collecting its outputs',
  'run.succeeded': 'Succeeded',
  'run.failed': 'Failed',
  'run.canceled': 'Canceled',
  'run.cancel_requested': 'Asked to stop',
  'run.reused': 'Result of an identical run used',
}

/** What an event is called; a kind that is not known here is written in words. */
export function titleOf(event: Pick<RunEvent, 'kind' | 'attempt' | 'stream' | 'dropped_bytes'>): string {
  if (event.kind === 'run.log_limit') {
    const dropped = size(event.dropped_bytes ?? 0)
    return `The log was too long: ${dropped} of the middle of ${event.stream ?? 'it'} are not kept`
  }
  const words = event.kind.replace(/^run\./, '').replaceAll('_', ' ')
  const title = TITLES[event.kind] ?? words.charAt(0).toUpperCase() + words.slice(1)
  return event.attempt && event.attempt > 1 ? `${title} (attempt ${event.attempt})` : title
}
