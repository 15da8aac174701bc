import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { RJSFSchema } from '@rjsf/utils'
import { runQuery } from '@/pages/run/queries'
import { formQuery, toolQuery } from '@/pages/tool/queries'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { LaunchForm } from './LaunchForm'

const route = getRouteApi('/tools/$tool/run')

/** The form of a tool; it begins with the values of another run where the address names one. */
export function Launch() {
  const { tool: reference } = route.useParams()
  const { from, data, type } = route.useSearch()
  const tool = useQuery(toolQuery(reference))
  const form = useQuery(formQuery(reference))
  const before = useQuery({ ...runQuery(from ?? ''), enabled: from !== undefined })
  const error = tool.error ?? form.error ?? before.error
  const ready = Boolean(tool.data && form.data) && (from === undefined || before.data !== undefined)
  const title = tool.data?.title ?? 'a tool'
  return (
    <Page
      title={`Run ${title}`}
      lead={
        tool.data && (
          <PageLink to="/tools/$tool" params={{ tool: reference }}>
            {tool.data.name} {tool.data.version}
          </PageLink>
        )
      }
    >
      {error && <ProblemNote error={error} title="The form cannot be shown" />}
      {!error && !ready && <Loading rows={6} />}
      {ready && tool.data && (
        <LaunchForm
          key={`${reference} ${from ?? ''} ${data ?? ''}`}
          tool={tool.data}
          form={form.data as RJSFSchema}
          from={before.data}
          data={data ? { reference: data, type: type ?? '' } : undefined}
        />
      )}
    </Page>
  )
}
