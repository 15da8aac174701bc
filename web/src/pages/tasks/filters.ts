import type { Task } from '@/api/client'

export type Purpose = Task['purpose']

/** What each kind of thing is called. */
export const PURPOSES: Readonly<Record<Purpose, string>> = {
  dataset: 'Data set',
  file: 'File',
  image: 'Image',
  instance: 'Instance',
  project: 'Project',
}

/** Which tasks are listed; every one of these stands in the address of the page. */
export interface TaskFilters {
  purpose?: Purpose
  /** Only what is not done. */
  open?: true
  project?: string
  about?: string
}

/** Read the filters out of an address; what is no filter or no good value is left out. */
export function readTaskFilters(search: Record<string, unknown>): TaskFilters {
  const purpose = (Object.keys(PURPOSES) as Purpose[]).find((known) => known === search['purpose'])
  const [project, about] = [id(search['project']), id(search['about'])]
  return {
    ...(purpose && { purpose }),
    ...(search['open'] === true && { open: true }),
    ...(project && { project }),
    ...(about && { about }),
  }
}

function id(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value.trim().slice(0, 200) : undefined
}
