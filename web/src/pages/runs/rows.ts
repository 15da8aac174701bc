import type { Page, Run } from '@/api/client'

/** Pages of runs as they were loaded, newest first; the first one grows when newer runs come in. */
export interface Loaded {
  pages: Page<Run>[]
  pageParams: unknown[]
}

/** All runs that are loaded, newest first. */
export function rowsOf(loaded: Loaded | undefined): readonly Run[] {
  return loaded ? loaded.pages.flatMap((page) => page.items) : []
}

/** How many runs of a fresh first page are newer than everything loaded. */
export function countNewer(loaded: Loaded, fresh: Page<Run>): number {
  const newest = rowsOf(loaded)[0]
  return newest ? fresh.items.filter((run) => run.id > newest.id).length : fresh.items.length
}

/**
 * Bring what is loaded up to date with a fresh first page, without asking for the others again.
 *
 * Ids sort by time, so a fresh page speaks for every run from its oldest one on: those it does not name have left
 * the filter. Behind it everything stays as it is. Newer runs are put on top only with `withNewer`; where they are
 * more than a page, so that some between are unknown, the list begins anew.
 */
export function refreshed(loaded: Loaded, fresh: Page<Run>, withNewer: boolean): Loaded {
  const newest = rowsOf(loaded)[0]
  const oldest = fresh.items.at(-1)
  if (!newest || !oldest || !fresh.next)
    return withNewer || !newest ? only(fresh) : patchedAll(loaded, fresh, newest.id)
  if (oldest.id > newest.id) return withNewer ? only(fresh) : loaded
  const covered = (run: Run) => run.id >= oldest.id
  const known = fresh.items.filter((run) => withNewer || run.id <= newest.id)
  const [first, ...others] = loaded.pages.map((page) => ({ ...page, items: page.items.filter((run) => !covered(run)) }))
  if (!first) return only(fresh)
  return { ...loaded, pages: [{ ...first, items: [...known, ...first.items] }, ...others] }
}

/** Put the present state of one run in the place of the one that is loaded. */
export function patched(loaded: Loaded, run: Run): Loaded {
  const pages = loaded.pages.map((page) =>
    page.items.some((item) => item.id === run.id)
      ? { ...page, items: page.items.map((item) => (item.id === run.id ? run : item)) }
      : page,
  )
  return { ...loaded, pages }
}

function only(fresh: Page<Run>): Loaded {
  return { pages: [fresh], pageParams: [undefined] }
}

/** The fresh page is the whole list: keep of it what was known, in one page. */
function patchedAll(loaded: Loaded, fresh: Page<Run>, newest: string): Loaded {
  const items = fresh.items.filter((run) => run.id <= newest)
  return { ...loaded, pages: [{ ...fresh, items }], pageParams: [undefined] }
}

/** How long a run took or has taken since its process could start, in milliseconds; null before that. */
export function took(run: Run, now: number): number | null {
  if (!run.started_at) return null
  return (run.ended_at ? Date.parse(run.ended_at) : now) - Date.parse(run.started_at)
}
