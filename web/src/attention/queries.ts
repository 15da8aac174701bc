import { queryOptions } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'

export type Attention = components['schemas']['AttentionOut']
export type RunNote = components['schemas']['RunNoteOut']
export type Upload = components['schemas']['UploadOut']

const UPLOADS_SHOWN = 20

/** What became of the reader's own runs; a few of each sort. */
export const attentionQuery = queryOptions({
  queryKey: ['attention'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/attention', { signal })),
})

/** The reader's uploads that are no part of a version yet. */
export const uploadsQuery = queryOptions({
  queryKey: ['uploads'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/uploads', { params: { query: { limit: UPLOADS_SHOWN } }, signal })),
})

/** What an upload is called: the path it was sent under. */
export function nameOfUpload(upload: Pick<Upload, 'id' | 'metadata'>): string {
  return upload.metadata['filename'] ?? upload.id
}
