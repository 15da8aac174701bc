import { Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { Project } from '@/api/client'
import { Section } from '@/show/Page'
import { may } from '../may'
import type { ProjectView } from '../search'
import { InstanceView } from './InstanceView'
import { Instances } from './Instances'
import { JobList } from './JobList'
import { LaunchJob } from './LaunchJob'

interface JobsProps {
  project: Project
  view: ProjectView
  show: (change: Partial<ProjectView>, replace?: boolean) => void
}

const NEITHER = { job: undefined, as: undefined, instance: undefined }

/** The jobs that work where the project's files lie: what was launched, and what can be. */
export function Jobs({ project, view, show }: JobsProps) {
  const queries = useQueryClient()
  const runs = may(project, 'project:run')
  const back = () => show(NEITHER)
  const again = (job: string, as: string) => show({ job, as, instance: undefined })
  if (view.job && runs) {
    return (
      <LaunchJob
        key={`${view.job} ${view.as ?? ''}`}
        project={project}
        name={view.job}
        as={view.as}
        close={back}
        launched={(instance) => {
          void queries.invalidateQueries({ queryKey: ['instances', 'of'] })
          show({ ...NEITHER, instance })
        }}
      />
    )
  }
  if (view.instance) return <InstanceView project={project} id={view.instance} again={again} close={back} />
  return (
    <Stack gap="md">
      <Section title="Launched jobs">
        <Instances project={project} again={again} />
      </Section>
      <Section title="Jobs that can be launched">
        {!runs && (
          <Text mb="sm" role="note">
            You may look, and launch nothing here: that is for the project’s editors. Its owners say who is one.
          </Text>
        )}
        <JobList project={project} launch={runs ? (job) => show({ job }) : undefined} />
      </Section>
    </Stack>
  )
}
