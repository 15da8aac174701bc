import type { Fault } from '@/api/problem'

const WHOSE: Readonly<Record<Fault, string>> = {
  yours: 'the request, not the station',
  ours: 'the station',
  passing: 'nobody; it may pass',
}

/** Whose fault something is, in words. */
export function whose(fault: Fault): string {
  return WHOSE[fault]
}

/** The first letter large and a full stop at the end: texts of the station come as clauses. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (!trimmed) return ''
  const large = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?:]$/.test(large) ? large : `${large}.`
}
