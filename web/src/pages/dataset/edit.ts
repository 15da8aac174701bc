/** A schema as somebody edits it; an empty text where there is none. */
export function writtenSchema(schema: unknown): string {
  return schema ? JSON.stringify(schema, null, 2) : ''
}

/** What was typed: a schema (empty: none is wanted), or why it is none. */
export function readSchema(typed: string): { schema?: Record<string, unknown>; fault?: string } {
  if (typed.trim() === '') return { schema: {} }
  try {
    const read: unknown = JSON.parse(typed)
    const object = typeof read === 'object' && read !== null && !Array.isArray(read)
    return object ? { schema: read as Record<string, unknown> } : { fault: 'A schema is an object in braces' }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'This is not JSON' }
  }
}
