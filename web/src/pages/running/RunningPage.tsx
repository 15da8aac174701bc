import { Button, Stack, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { api, take, type RunningStep, type RunningWorkflow } from '@/api/client'
import { usePolling } from '@/live/news'
import { runningChanged, runningOneQuery, stepsQuery } from '@/pages/workflows/queries'
import { WorkflowState } from '@/pages/workflows/WorkflowState'
import { PageLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { sentence } from '@/show/words'

const StepGraph = lazy(() => import('@/pages/workflow/graph/StepGraph'))
const route = getRouteApi('/running-workflows/$running')

/** A workflow that runs, or did: how far each step is, live, with the way to its run. */
export function RunningPage() {
  const { running: id } = route.useParams()
  const polling = usePolling()
  const found = useQuery({ ...runningOneQuery(id), refetchInterval: polling })
  const steps = useQuery({ ...stepsQuery(id), refetchInterval: polling })
  if (found.data) return <Shown running={found.data} launched={steps.data?.items ?? []} />
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

interface ShownProps {
  running: RunningWorkflow
  launched: readonly RunningStep[]
}

function Shown({ running, launched }: ShownProps) {
  return (
    <Page
      title={running.name}
      lead={<Lead running={running} />}
      actions={running.state === 'running' ? <Stop running={running} /> : <Forget running={running} />}
    >
      <Stack gap="md">
        <Stack gap={6} className="panel" p="md" role="status" aria-label="State of the workflow">
          <WorkflowState state={running.state} size="lg" />
          {running.stopping && running.state === 'running' && <Text>{running.stopping} asked for its end.</Text>}
          {running.error && (
            <Text className="break">
              <Prose text={sentence(running.error)} />
            </Text>
          )}
        </Stack>
        <Section title="Steps">
          <Suspense fallback={<Loading rows={6} />}>
            <StepGraph steps={running.steps} launched={launched} />
          </Suspense>
        </Section>
        {launched.length > 0 && (
          <Section title="What was launched">
            <Launched steps={launched} />
          </Section>
        )}
        {Object.keys(running.variables).length > 0 && (
          <Section title="What it was given">
            <Given variables={running.variables} />
          </Section>
        )}
      </Stack>
    </Page>
  )
}

function Lead({ running }: { running: RunningWorkflow }) {
  return (
    <>
      <PageLink to="/workflows">Workflows</PageLink> /{' '}
      <PageLink to="/workflows/$workflow" params={{ workflow: running.workflow }}>
        {running.workflow_name} {running.version ?? '(draft)'}
      </PageLink>{' '}
      in{' '}
      <PageLink to="/projects/$project" params={{ project: running.project }}>
        {running.project_name}
      </PageLink>
      , started <Time at={running.started} /> by {running.started_by}
    </>
  )
}

function Launched({ steps }: { steps: readonly RunningStep[] }) {
  return (
    <Wide minWidth={560}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Step</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Run</Table.Th>
            <Table.Th>Ended</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.map((step) => (
            <Table.Tr key={step.id}>
              <Table.Td>
                {step.name}
                {step.replicas > 1 && ` ${step.replica} of ${step.replicas}`}
              </Table.Td>
              <Table.Td>
                <WorkflowState state={step.state} />
                {step.error && (
                  <Text size="sm" className="break">
                    <Prose text={sentence(step.error)} />
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {step.run && (
                  <PageLink
                    to="/runs/$run"
                    params={{ run: step.run }}
                    aria-label={`${step.name} ${step.replica}: its run`}
                  >
                    its run
                  </PageLink>
                )}
              </Table.Td>
              <Table.Td>{step.ended && <Time at={step.ended} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function Given({ variables }: { variables: Readonly<Record<string, unknown>> }) {
  return (
    <Wide minWidth={320}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {Object.entries(variables).map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td className="mono break">{typeof value === 'string' ? value : JSON.stringify(value)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

const ONE = (running: RunningWorkflow) => ({ params: { path: { running_id: running.id } } })

function Stop({ running }: { running: RunningWorkflow }) {
  const queries = useQueryClient()
  const stop = useMutation({
    mutationFn: () => take(api.POST('/api/v1/running-workflows/{running_id}/stop', ONE(running))),
    onSuccess: () => runningChanged(queries),
  })
  return (
    <>
      <Button variant="default" loading={stop.isPending} disabled={!!running.stopping} onClick={() => stop.mutate()}>
        Stop
      </Button>
      {stop.error && <ProblemNote error={stop.error} title="It was not stopped" />}
    </>
  )
}

function Forget({ running }: { running: RunningWorkflow }) {
  const [asking, ask] = useDisclosure(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/running-workflows/{running_id}', ONE(running))),
    onSuccess: async () => {
      await navigate({ to: '/workflows' })
      await runningChanged(queries)
    },
  })
  return (
    <>
      <Button variant="default" onClick={ask.open}>
        Take from the list
      </Button>
      <Question
        title="Take it from the list?"
        text="What it made stays in the project, and its runs stay among the runs."
        verb="Take it from the list"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </>
  )
}
