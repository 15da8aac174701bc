import type { Account, Token } from '@/api/client'
import type { Upload } from '@/attention/queries'

const DAY_MS = 24 * 3600 * 1000
const SOON_MS = 7 * DAY_MS
const NEARLY_FULL = 0.9
const LIFE_MS = 7 * DAY_MS // of an upload, from its last piece on
const STILL_MS = 2 * 60 * 1000

/** Tokens that end within a week, the next to end first. */
export function endingSoon(tokens: readonly Token[], now: number): readonly Token[] {
  const left = (token: Token) => Date.parse(token.expires) - now
  return tokens
    .filter((token) => left(token) > 0 && left(token) < SOON_MS)
    .sort((one, other) => left(one) - left(other))
}

/** Uploads that nothing was added to for some minutes: they were broken off, or forgotten. */
export function leftLying(uploads: readonly Upload[], now: number): readonly Upload[] {
  return uploads.filter((upload) => Date.parse(upload.expires) - LIFE_MS < now - STILL_MS)
}

/** How full a quota is, in whole percent, where it is nearly used up; null where it is not. */
export function nearlyFull(account: Account): number | null {
  const part = account.quota > 0 ? (account.used + account.reserved) / account.quota : 1
  return part >= NEARLY_FULL ? Math.floor(100 * part) : null
}
