import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { instanceQuery } from '@/pages/project/jobs/queries'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'

const route = getRouteApi('/instances/$instance')

/** Leads to a launched job on the page of its project, from where only its id is known. */
export function InstancePage() {
  const { instance: id } = route.useParams()
  const found = useQuery(instanceQuery(id))
  const project = found.data?.project
  if (project) {
    return <Navigate to="/projects/$project" params={{ project }} search={{ tab: 'jobs', instance: id }} replace />
  }
  return (
    <Page title="Launched job">
      {found.error ? <ProblemNote error={found.error} title="This job cannot be shown" /> : <Loading />}
    </Page>
  )
}
