const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const LOCALE = 'en'

/** Write a whole number with its digits in groups of three. */
export function grouped(value: number): string {
  return new Intl.NumberFormat(LOCALE).format(value)
}

/** Write bytes as people read them: `1.5 GiB`; whole bytes below 1 KiB. */
export function size(bytes: number): string {
  let power = 0
  while (power < UNITS.length - 1 && Math.round(bytes / 1024 ** power) >= 1024) power += 1
  const value = bytes / 1024 ** power
  const digits = power === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(value)} ${UNITS[power] ?? 'B'}`
}

/** Write a number of things with its noun: `1 file`, `2,000 files`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`
}
