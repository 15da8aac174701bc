import type { Lineage } from '@/api/client'

export interface Place {
  id: string
  x: number
  y: number
}

export interface Arrow {
  from: string
  to: string
  slot: string | null
}

const WIDTH = 250
const HEIGHT = 84
const DOWN = 110

/** Two answers about the same version as one graph, each thing in it once. */
export function merged(up: Lineage, down: Lineage): Lineage {
  const once = <T>(things: readonly T[], key: (thing: T) => string) => [
    ...new Map(things.map((thing) => [key(thing), thing])).values(),
  ]
  return {
    versions: once([...up.versions, ...down.versions], (version) => version.id),
    runs: once([...up.runs, ...down.runs], (run) => run.id),
    edges: once([...up.edges, ...down.edges], (edge) => `${edge.run} ${edge.version} ${edge.slot ?? ''}`),
    cut: up.cut || down.cut,
  }
}

/** Arrows in the direction of the data: into a run where it read, out of it where it wrote. */
export function arrows(lineage: Lineage): Arrow[] {
  return lineage.edges.map(({ run, version, slot }) =>
    slot ? { from: version, to: run, slot } : { from: run, to: version, slot: null },
  )
}

/** Everything in columns from left to right, or `downwards` in rows, each thing behind all that it came from. */
export function places(ids: readonly string[], drawn: readonly Arrow[], downwards = false): Place[] {
  const column = new Map(ids.map((id) => [id, 0]))
  ids.some(() => !pushed(column, drawn))
  const filled = new Map<number, number>()
  return ids.map((id) => {
    const at = column.get(id) ?? 0
    const row = filled.get(at) ?? 0
    filled.set(at, row + 1)
    return downwards ? { id, x: row * WIDTH, y: at * DOWN } : { id, x: at * WIDTH, y: row * HEIGHT }
  })
}

/** Move everything behind what it came from, once through; tells whether anything moved. No way is longer than `ids`. */
function pushed(column: Map<string, number>, drawn: readonly Arrow[]): boolean {
  const late = drawn.filter(({ from, to }) => (column.get(to) ?? 0) <= (column.get(from) ?? 0))
  for (const { from, to } of late) column.set(to, Math.max(column.get(to) ?? 0, (column.get(from) ?? 0) + 1))
  return late.length > 0
}
