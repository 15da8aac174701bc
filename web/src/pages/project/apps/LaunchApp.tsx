import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState, type SyntheticEvent } from 'react'
import { api, take, type Application, type Project } from '@/api/client'
import { faultsOf, type Values } from '@/pages/launch/validator'
import { fieldFaults } from '@/show/faults'
import { Lacking } from '@/show/Lacking'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { sentence } from '@/show/words'
import { defaultsOf } from '../jobs/wanted'
import { applicationQuery, costOf } from './queries'

const Variables = lazy(async () => ({ default: (await import('../jobs/Variables')).Variables }))

interface LaunchAppProps {
  project: Project
  id: string
  close: () => void
}

/** Launches an application in a project: its name, and the variables that it asks for. */
export function LaunchApp({ project, id, close }: LaunchAppProps) {
  const found = useQuery(applicationQuery(id))
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Loading />
  return <LaunchForm project={project} application={found.data} close={close} />
}

interface FormProps {
  project: Project
  application: Application
  close: () => void
}

function LaunchForm({ project, application, close }: FormProps) {
  const [name, setName] = useState(() => application.title.replace(/[^A-Za-z0-9\-_. ]+/g, ' ').trim())
  const [values, setValues] = useState<Values>(() => defaultsOf(application.parameters))
  const [checked, setChecked] = useState(false)
  const queries = useQueryClient()
  const lacking = faultsOf(application.parameters, values).length + (name.trim() ? 0 : 1)
  const launch = useMutation({
    mutationFn: () => {
      const body = { project: project.id, name, application: application.id, variables: values }
      return take(api.POST('/api/v1/apps', { body }))
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['apps'] })
      close()
    },
  })
  const { at, rest } = fieldFaults(launch.error, ['name'])
  useFocusFault(launch.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    setChecked(true)
    if (lacking === 0) launch.mutate()
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Section title={`Launch ${application.title}`}>
          <Stack gap="md" maw={640}>
            <About application={application} />
            <TextInput
              label="Name"
              description="What this launch is called among the others"
              required
              maxLength={80}
              value={name}
              error={at.name ?? (checked && !name.trim() ? 'Give it a name' : undefined)}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Suspense fallback={<Loading />}>
              <Variables
                project={project.id}
                schema={application.parameters}
                values={values}
                onChange={setValues}
                checked={checked}
                refused={launch.error}
              />
            </Suspense>
          </Stack>
        </Section>
        {launch.error && <ProblemNote error={launch.error} faults={rest} title="It was not launched" />}
        <Group gap="xs">
          <Button type="submit" size="md" loading={launch.isPending}>
            Launch
          </Button>
          <Button variant="default" size="md" onClick={close}>
            Back to the applications
          </Button>
          {checked && <Lacking count={lacking} />}
        </Group>
      </Stack>
    </form>
  )
}

function About({ application }: { application: Application }) {
  return (
    <div>
      <Text size="sm" c="dimmed" className="mono break">
        {application.id} {application.version}
      </Text>
      {application.description && <Text>{sentence(application.description)}</Text>}
      <Text size="sm">It runs until it is stopped. It costs: {costOf(application.cost)}.</Text>
    </div>
  )
}
