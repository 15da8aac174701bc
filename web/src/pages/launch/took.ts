import type { Quote } from '@/api/client'
import { grouped, size } from '@/format/number'
import { duration } from '@/format/time'

/** What the last runs of a tool took, in words. */
export function tookBefore({ runs, seconds, memory_bytes: memory, output_bytes: made }: Quote['before']): string {
  if (runs === 0) return 'You see no run of this tool that succeeded.'
  const half = seconds && duration(seconds.median * 1000)
  const most = seconds && duration(seconds.p90 * 1000)
  const time =
    runs === 1 ? half : half && most && `at most ${half}${half === most ? '' : `, nine in ten at most ${most}`}`
  const rest = [memory && `up to ${size(memory.p90)} of memory`, made && `${size(made.median)} of results`]
  const who = runs === 1 ? 'The last run' : `Half of the last ${grouped(runs)} runs`
  return `${who} took ${[time, ...rest].filter(Boolean).join('; ')}.`
}
