import type { StoredFile } from '@/api/client'

export type Look = 'image' | 'text'

const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml'])
const LARGEST_IMAGE = 20 << 20

/** How much of a text is shown. */
export const TEXT_BYTES = 64 << 10

/** How a file can be shown in the page, if at all. Pictures are shown as pictures, which never run what they carry. */
export function lookOf(file: Pick<StoredFile, 'media_type' | 'size'>): Look | null {
  const type = file.media_type.split(';')[0] ?? ''
  if (IMAGES.has(type) && file.size <= LARGEST_IMAGE) return 'image'
  if (type.startsWith('text/') || type === 'application/json' || type === 'application/yaml') return 'text'
  return null
}

/** The file that tells most at a glance: the first picture. */
export function firstLook(files: readonly StoredFile[]): string | null {
  return files.find((file) => lookOf(file) === 'image')?.path ?? null
}

/** What stands between the cells of a file that is a table; null for any other. */
export function separatorOf(file: Pick<StoredFile, 'media_type'>): ',' | '\t' | null {
  const type = file.media_type.split(';')[0] ?? ''
  return type === 'text/csv' ? ',' : type === 'text/tab-separated-values' ? '\t' : null
}
