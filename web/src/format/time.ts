const LOCALE = 'en-GB'
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
]
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const EXACT: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'medium' }

/** Say how far off a time is; from a month on the date itself. Less than a minute is "just now" or "in a moment". */
export function relative(at: number, now: number): string {
  const away = at - now
  if (Math.abs(away) < MINUTE) return away > 5 * SECOND ? 'in a moment' : 'just now'
  if (Math.abs(away) >= 30 * DAY) return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' }).format(at)
  const [unit, length] = STEPS.find(([, one]) => Math.abs(away) >= one) ?? ['minute', MINUTE]
  return RELATIVE.format(Math.trunc(away / length), unit)
}

/** Write a time to the second, in the reader's zone. */
export function exact(at: number, zone?: string): string {
  return new Intl.DateTimeFormat(LOCALE, { ...EXACT, ...(zone ? { timeZone: zone } : {}) }).format(at)
}

/** The exact time in the reader's zone and in UTC, as shown on hover. */
export function bothZones(at: number): string {
  return `${exact(at)} here\n${exact(at, 'UTC')} UTC`
}

/** The time of day to the second, in the reader's zone. */
export function clock(at: number): string {
  return new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' }).format(at)
}

/** Write how long something took: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / SECOND
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
