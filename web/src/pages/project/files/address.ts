/** The address of a file in a project; each part of its path is escaped. */
export function projectFileAddress(project: string, path: string): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/')
  return `/api/v1/projects/${encodeURIComponent(project)}/files/${escaped}`
}

/** The folder that a path lies in; empty for the project's own. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** A path in a folder. */
export function within(folder: string, name: string): string {
  return folder ? `${folder}/${name}` : name
}

/** The folders above and at a path, from the top: each with its own path. */
export function trail(folder: string): { name: string; path: string }[] {
  const parts = folder.split('/').filter(Boolean)
  return parts.map((name, at) => ({ name, path: parts.slice(0, at + 1).join('/') }))
}

/** What is wrong with a new name, as far as the page can tell; or null. */
export function nameFault(name: string): string | null {
  if (!name.trim()) return 'Give it a name'
  if (name === '.' || name === '..') return 'Another name: this one means a folder'
  return name.includes('/') ? "A name has no '/'" : null
}
