import { Alert, Code, List, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { WholeWorkflow } from '@/api/client'
import { kindOf, seenBy } from '@/pages/workflows/look'
import { workflowQuery } from '@/pages/workflows/queries'
import { RunningList } from '@/pages/workflows/RunningList'
import { PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { Actions } from './Actions'
import { written } from './values'

const StepGraph = lazy(() => import('./graph/StepGraph'))
const route = getRouteApi('/workflows/$workflow')

/** One workflow: its steps, what it asks for, its definition, what is wrong with it, and what ran of it. */
export function WorkflowPage() {
  const { workflow: id } = route.useParams()
  const found = useQuery(workflowQuery(id))
  if (found.data) return <Shown workflow={found.data} />
  return (
    <Page title="Workflow">
      {found.error ? (
        <ProblemNote error={found.error} title="This workflow cannot be shown" retry={() => void found.refetch()} />
      ) : (
        <Loading rows={4} />
      )}
    </Page>
  )
}

function Shown({ workflow }: { workflow: WholeWorkflow }) {
  return (
    <Page title={workflow.name} lead={<Lead workflow={workflow} />} actions={<Actions workflow={workflow} />}>
      <Stack gap="md">
        {workflow.faults.length > 0 && <Faults workflow={workflow} />}
        {workflow.steps.length > 0 && (
          <Section title="Steps">
            <Suspense fallback={<Loading rows={6} />}>
              <StepGraph steps={workflow.steps} />
            </Suspense>
          </Section>
        )}
        {workflow.variables.length > 0 && (
          <Section title="What it asks for">
            <Variables workflow={workflow} />
          </Section>
        )}
        <RunningList title="Running and ended" workflow={workflow.id} />
        <Section title="Definition">
          <Code block tabIndex={0} role="region" aria-label="Text of the definition">
            {workflow.definition}
          </Code>
        </Section>
      </Stack>
    </Page>
  )
}

function Lead({ workflow }: { workflow: WholeWorkflow }) {
  return (
    <>
      <PageLink to="/workflows">Workflows</PageLink> / {kindOf(workflow)}
      {workflow.source && (
        <>
          {' '}
          of{' '}
          <PageLink to="/workflows/$workflow" params={{ workflow: workflow.source }}>
            a draft
          </PageLink>
        </>
      )}
      , {seenBy(workflow)}, made <Time at={workflow.created} /> by {workflow.created_by}
      {workflow.description && <Text>{workflow.description}</Text>}
    </>
  )
}

function Faults({ workflow }: { workflow: WholeWorkflow }) {
  return (
    <Alert color="red" title="It cannot run as it is" variant="light">
      <List size="sm">
        {workflow.faults.map((fault, place) => (
          <List.Item key={place}>
            {fault.line !== undefined && fault.line !== null && `Line ${fault.line}, `}
            <Code>{fault.where}</Code> {fault.text}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Variables({ workflow }: { workflow: WholeWorkflow }) {
  return (
    <Wide minWidth={480}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Title</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Default</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {workflow.variables.map((variable) => (
            <Table.Tr key={variable.name}>
              <Table.Td className="mono">{variable.name}</Table.Td>
              <Table.Td>{variable.title}</Table.Td>
              <Table.Td>{[variable.kind, variable.type].filter(Boolean).join(', ')}</Table.Td>
              <Table.Td className="mono break">{written(variable.default)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
