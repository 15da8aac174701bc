import { useQuery } from '@tanstack/react-query'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Parts } from './Parts'
import { readyQuery } from './queries'

/** What everybody may know: which parts of the station work. */
export function Visitor() {
  const ready = useQuery(readyQuery)
  return (
    <Page title="Station" lead="Its operators see more: engines, queue, users, storage and errors.">
      {ready.isPending && <Loading rows={4} />}
      {ready.error && <ProblemNote error={ready.error} title="The station cannot be shown" />}
      {ready.data && <Parts parts={ready.data.parts} />}
    </Page>
  )
}
