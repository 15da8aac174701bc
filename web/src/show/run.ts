import type { Run } from '@/api/client'

/** What a run is called: the name it was given, or its tool and the end of its id. */
export function nameOf(run: Pick<Run, 'id' | 'name'> & { tool: { name: string } }): string {
  return run.name ?? `${run.tool.name} ${shortId(run.id)}`
}

/** The last characters of an id, which tell neighbours apart. */
export function shortId(id: string): string {
  return id.slice(-6)
}
