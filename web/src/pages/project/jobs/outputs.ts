import type { Instance } from '@/api/client'

/** What a job makes in its project: a file, or several whose names have something in common. */
export interface Made {
  name: string
  title: string
  path: string
  /** Whether it is one file, whose name is known before. */
  one: boolean
}

const SEVERAL = /[*?[\]]/

/** What a launched job makes, as its author wrote it down. */
export function outputsOf({ outputs, sub_path: below }: Pick<Instance, 'outputs' | 'sub_path'>): Made[] {
  return Object.entries(outputs).flatMap(([name, about]) => {
    const { title, creates } = (about ?? {}) as { title?: unknown; creates?: unknown }
    if (typeof creates !== 'string' || !creates) return []
    const path = below && !creates.startsWith('/') ? `${below}/${creates}` : creates
    return [{ name, title: typeof title === 'string' && title ? title : name, path, one: !SEVERAL.test(path) }]
  })
}
