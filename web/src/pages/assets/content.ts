/** What an asset holds: text as it is typed, or the bytes of a file. */
export type Content = { content: string } | { content_base64: string }

/** The bytes of a file as the station takes them: a text as such, all else in base64. */
export async function contentOf(file: File): Promise<Content> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = textOf(bytes)
  if (text !== null) return { content: text }
  return { content_base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}
