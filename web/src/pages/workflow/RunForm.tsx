import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, newKey, take, type WholeWorkflow } from '@/api/client'
import { projectsQuery } from '@/pages/projects/queries'
import { runningChanged, workflowQuery } from '@/pages/workflows/queries'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { valueOf, written } from './values'

const route = getRouteApi('/workflows/$workflow/run')

/** Asks for what a workflow needs, and runs it. */
export function RunWorkflow() {
  const { workflow: id } = route.useParams()
  const found = useQuery(workflowQuery(id))
  const me = useQuery(meQuery).data
  return (
    <Page
      title={found.data ? `Run ${found.data.name}` : 'Run a workflow'}
      lead={
        <PageLink to="/workflows/$workflow" params={{ workflow: id }}>
          {found.data?.name ?? 'Its workflow'}
        </PageLink>
      }
    >
      {found.error && <ProblemNote error={found.error} title="This workflow cannot be run" />}
      {found.data && me ? <Form workflow={found.data} own={me.project} /> : !found.error && <Loading rows={4} />}
    </Page>
  )
}

function Form({ workflow, own }: { workflow: WholeWorkflow; own: string }) {
  const [project, setProject] = useState(own)
  const [name, setName] = useState(workflow.name)
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({})
  const projects = useInfiniteQuery(projectsQuery).data?.pages.flatMap((page) => page.items) ?? []
  const run = useRun(workflow)
  const fields = ['project', 'name', ...workflow.variables.map((one) => `variables/${one.name}`)]
  const { at, rest } = fieldFaults<string>(run.error, fields)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    run.mutate({ project, name: name.trim(), given })
  }
  return (
    <form onSubmit={submit} className="panel">
      <Stack p="md" maw={640}>
        <Select
          label="Project"
          description="Its jobs run there, and its results come to lie there"
          searchable
          allowDeselect={false}
          data={projects.map((one) => ({ value: one.id, label: one.name }))}
          value={project}
          error={at.project}
          onChange={(value) => value && setProject(value)}
        />
        <TextInput
          label="Name of the run"
          maxLength={80}
          value={name}
          error={at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {workflow.variables.map((variable) => (
          <TextInput
            key={variable.name}
            label={variable.title ?? variable.name}
            description={describe(variable)}
            placeholder={written(variable.default)}
            value={given[variable.name] ?? ''}
            error={at[`variables/${variable.name}`]}
            onChange={(event) => {
              const { value } = event.currentTarget
              setGiven((before) => ({ ...before, [variable.name]: value }))
            }}
          />
        ))}
        {workflow.variables.length === 0 && <Text c="dimmed">It asks for nothing else.</Text>}
        {run.error && <ProblemNote error={run.error} faults={rest} title="It was not run" />}
        <Group>
          <Button type="submit" loading={run.isPending}>
            Run
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function describe({ name, kind, type }: WholeWorkflow['variables'][number]): string {
  if (kind === 'input') return `${name}: the path of a file in the project`
  if (kind === 'output') return `${name}: the path that the result gets in the project`
  return type ? `${name}: ${type}` : name
}

interface Wish {
  project: string
  name: string
  given: Readonly<Record<string, string>>
}

function useRun(workflow: WholeWorkflow) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: ({ project, name, given }: Wish) => {
      const variables = Object.fromEntries(
        workflow.variables
          .filter((one) => given[one.name])
          .map((one) => [one.name, valueOf(given[one.name] ?? '', one.type ?? null)]),
      )
      return take(
        api.POST('/api/v1/workflows/{workflow_id}/runs', {
          params: { path: { workflow_id: workflow.id }, header: { 'Idempotency-Key': newKey() } },
          body: { project, name, variables },
        }),
      )
    },
    onSuccess: (began) => {
      void runningChanged(queries)
      void navigate({ to: '/running-workflows/$running', params: { running: began.id } })
    },
  })
}
