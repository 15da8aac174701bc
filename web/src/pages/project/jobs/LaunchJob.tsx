import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState, type SyntheticEvent } from 'react'
import { api, take, type Instance, type JobForm, type Project } from '@/api/client'
import { faultsOf } from '@/pages/launch/validator'
import { fieldFaults } from '@/show/faults'
import { Lacking } from '@/show/Lacking'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { sentence } from '@/show/words'
import { Advanced } from './Advanced'
import { instanceQuery, jobQuery, nameOf } from './queries'
import { ReadMore } from './ReadMore'
import { TokenNote } from './TokenNote'
import { Trial } from './Trial'
import { launchOf, wantedAs, type Wanted } from './wanted'

const Variables = lazy(async () => ({ default: (await import('./Variables')).Variables }))

interface LaunchJobProps {
  project: Project
  name: string
  as: string | undefined
  close: () => void
  launched: (instance: string) => void
}

/** Launches a job in a project: its variables, the command that they come to, and what that costs. */
export function LaunchJob({ project, name, as, ...ways }: LaunchJobProps) {
  const job = useQuery(jobQuery(project.id, name))
  const before = useQuery(instanceQuery(as))
  if (job.error) return <ProblemNote error={job.error} retry={() => void job.refetch()} />
  if (!job.data || (as && before.isPending)) return <Loading />
  return <LaunchForm project={project} job={job.data} before={before.data} {...ways} />
}

interface FormProps {
  project: Project
  job: JobForm
  before: Instance | undefined
  close: () => void
  launched: (instance: string) => void
}

function LaunchForm({ project, job, before, close, launched }: FormProps) {
  const [wanted, setWanted] = useState<Wanted>(() => wantedAs(job, before))
  const [checked, setChecked] = useState(false)
  const change = (some: Partial<Wanted>) => setWanted((known) => ({ ...known, ...some }))
  const body = launchOf(project, job, wanted)
  const lacking = faultsOf(job.variables, wanted.values).length + (wanted.name.trim() ? 0 : 1)
  const launch = useMutation({
    mutationFn: () => take(api.POST('/api/v1/instances', { body })),
    onSuccess: ({ id, callback_token: token }) => {
      if (!token) launched(id)
    },
  })
  const { at, rest } = fieldFaults(launch.error, ['name', 'sub_path', 'callback'])
  useFocusFault(launch.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    setChecked(true)
    if (lacking === 0) launch.mutate()
  }
  const made = launch.data
  if (made?.callback_token)
    return <TokenNote project={project.id} token={made.callback_token} close={() => launched(made.id)} />
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Section title={`Launch ${job.title}`}>
          <Stack gap="md" maw={640}>
            <About job={job} />
            <TextInput
              label="Name"
              description="What this launch is called among the others"
              required
              maxLength={80}
              value={wanted.name}
              error={at.name ?? (checked && !wanted.name.trim() ? 'Give it a name' : undefined)}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <Suspense fallback={<Loading />}>
              <Variables
                project={project.id}
                schema={job.variables}
                values={wanted.values}
                onChange={(values) => change({ values })}
                checked={checked}
                refused={launch.error}
              />
            </Suspense>
            <Advanced wanted={wanted} change={change} faults={at} />
          </Stack>
        </Section>
        <Trial launch={lacking === 0 && job.lacks === undefined ? body : null} />
        {launch.error && <ProblemNote error={launch.error} faults={rest} title="It was not launched" />}
        <Group gap="xs">
          <Button type="submit" size="md" loading={launch.isPending} disabled={job.lacks !== undefined}>
            Launch
          </Button>
          <Button variant="default" size="md" onClick={close}>
            Back to the jobs
          </Button>
          {checked && <Lacking count={lacking} />}
        </Group>
      </Stack>
    </form>
  )
}

function About({ job }: { job: JobForm }) {
  return (
    <div>
      <Text size="sm" c="dimmed" className="mono break">
        {nameOf(job)}
      </Text>
      {job.description && <Text>{sentence(job.description)}</Text>}
      <ReadMore job={job} />
      {job.lacks && (
        <Text role="note" mt="xs">
          <strong>It cannot be launched:</strong> {sentence(job.lacks)} {job.remedy && sentence(job.remedy)}
        </Text>
      )}
    </div>
  )
}
