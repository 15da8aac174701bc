const WINDOW_MS = 5000

export interface Sample {
  at: number
  bytes: number
}

/** Samples of the last seconds, with one more. */
export function sampled(samples: readonly Sample[], now: Sample): Sample[] {
  const recent = samples.filter((one) => now.at - one.at <= WINDOW_MS)
  return [...recent, now]
}

/** Bytes in a second over the samples; 0 before anything moved. */
export function rate(samples: readonly Sample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at <= first.at) return 0
  return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
}

/** Milliseconds until all bytes are there at this rate; null where nobody can tell. */
export function timeLeft(total: number, sent: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 ? ((total - sent) * 1000) / bytesPerSecond : null
}
