/** One file that somebody chose, with its path in the version to be made. */
export interface Chosen {
  path: string
  file: File
}

/** Put newly chosen files to those that were chosen before; a path chosen twice is the newer file. */
export function together(before: readonly Chosen[], more: readonly Chosen[]): Chosen[] {
  const known = new Map([...before, ...more].map((one) => [one.path, one]))
  return [...known.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** What an element for choosing files gives; files of a folder keep their paths in it. */
export function chosenFiles(files: Iterable<File>): Chosen[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

/** Everything that was dropped, with all that lies in dropped folders. */
export async function droppedFiles(items: Iterable<DataTransferItem>): Promise<Chosen[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const found = await Promise.all(entries.map((entry) => inside(entry)))
  return found.flat()
}

async function inside(entry: FileSystemEntry): Promise<Chosen[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((done, failed) => entry.file(done, failed))
    return [{ path: entry.fullPath.replace(/^\//, ''), file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Chosen[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed))
    if (batch.length === 0) return found
    found.push(...(await Promise.all(batch.map((one) => inside(one)))).flat())
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

/** A name for a data set of these files: that of their folder, or of the first file without its ending. */
export function suggestedName(chosen: readonly Chosen[]): string {
  const [first = ''] = (chosen[0]?.path ?? '').split('/')
  const plain = chosen.length > 0 && chosen[0]?.path.includes('/') ? first : first.replace(/\.[^.]*$/, '')
  return plain
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 100)
}

/** What is wrong with a name of a data set, or null. */
export function nameFault(name: string): string | null {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) return null
  return name ? "Lower-case letters, digits, '.', '_' and '-'; the first is a letter or digit" : 'Give it a name'
}
