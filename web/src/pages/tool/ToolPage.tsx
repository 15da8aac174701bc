import { Code, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Tool } from '@/api/client'
import { ButtonLink, PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { partsOf, type Part } from './definition'
import { toolQuery, versionsQuery } from './queries'
import classes from './ToolPage.module.css'

const route = getRouteApi('/tools/$tool')

/** A tool: what it takes and makes, and its definition. */
export function ToolPage() {
  const { tool: reference } = route.useParams()
  const tool = useQuery(toolQuery(reference))
  if (tool.data) return <Shown tool={tool.data} />
  return (
    <Page title="Tool">
      {tool.error ? <ProblemNote error={tool.error} title="This tool cannot be shown" /> : <Loading rows={6} />}
    </Page>
  )
}

function Shown({ tool }: { tool: Tool }) {
  const isJob = tool.format !== 'native'
  const reference = `${tool.name}@${tool.version}`
  const { inputs, parameters, outputs } = partsOf(tool.definition)
  return (
    <Page
      title={tool.title || tool.name}
      lead={<Lead tool={tool} />}
      actions={
        <>
          <Versions tool={tool} />
          {!isJob && (
            <>
              <ButtonLink to="/tools/$tool/run" params={{ tool: reference }}>
                Run this tool
              </ButtonLink>
              <ButtonLink variant="default" to="/runs" search={{ tool: tool.name }}>
                Its runs
              </ButtonLink>
            </>
          )}
        </>
      }
    >
      {tool.description && (
        <Text maw="75ch">
          <Prose text={tool.description} />
        </Text>
      )}
      <Stack gap="md">
        <Parts title="Inputs" parts={inputs} none="It takes no data." />
        <Parts title="Parameters" parts={parameters} none="There is nothing to set." />
        <Parts title="Outputs" parts={outputs} none="Whatever it writes is kept." />
        <Section title="Definition">
          <pre className={classes.definition} tabIndex={0} role="region" aria-label="Definition">
            {tool.text}
          </pre>
          <Text size="sm" c="dimmed" className="break">
            Revision <span className="mono">{tool.revision}</span>
          </Text>
        </Section>
      </Stack>
    </Page>
  )
}

function Lead({ tool }: { tool: Tool }) {
  return (
    <>
      <PageLink to="/tools">Tools</PageLink>
      {' / '}
      {tool.name} {tool.version}
      {tool.format !== 'native' && `, a job of ${tool.namespace.replace('squonk2/', '')}`}, published{' '}
      <Time at={tool.published} />
      {tool.published_by ? ` by ${tool.published_by}` : ' with the station'}
    </>
  )
}

function Versions({ tool }: { tool: Tool }) {
  const navigate = route.useNavigate()
  const reference = tool.format === 'native' ? tool.name : tool.id
  const versions = useQuery(versionsQuery(reference))
  const known = versions.data?.items.map((item) => item.version) ?? []
  if (known.length < 2) return null
  return (
    <Select
      aria-label="Version"
      data={known}
      value={tool.version}
      onChange={(version) => version && void navigate({ params: { tool: `${reference}@${version}` } })}
      allowDeselect={false}
      w={130}
    />
  )
}

function Parts({ title, parts, none }: { title: string; parts: readonly Part[]; none: string }) {
  return (
    <Section title={title}>
      {parts.length === 0 && <Text c="dimmed">{none}</Text>}
      <dl className={classes.parts}>
        {parts.map((part) => (
          <div key={part.name} className={classes.part}>
            <dt>
              <Text span fw={600}>
                {part.title}
              </Text>{' '}
              <Code>{part.name}</Code>{' '}
              <Text span size="sm" c="dimmed">
                {part.facts.join(', ')}
              </Text>
            </dt>
            {part.description && <dd>{part.description}</dd>}
          </div>
        ))}
      </dl>
    </Section>
  )
}
