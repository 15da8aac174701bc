import { Badge, Code, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Instance, Project } from '@/api/client'
import { Log } from '@/pages/run/log/Log'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { folderOf } from '../files/address'
import { may } from '../may'
import { Deeds } from './Deeds'
import { outputsOf, type Made } from './outputs'
import { Phase } from './Phase'
import { instanceQuery, isFree, isOver, nameOf, whyOf } from './queries'
import classes from './Jobs.module.css'

interface InstanceProps {
  project: Project
  id: string
  again: (job: string, as: string) => void
  close: () => void
}

/** One launched job, live until it has ended: its log, what it costs, and what it makes. */
export function InstanceView({ project, id, again, close }: InstanceProps) {
  const found = useQuery(instanceQuery(id))
  if (found.error && !found.data) return <ProblemNote error={found.error} title="This job cannot be shown" />
  if (!found.data) return <Loading rows={5} />
  const instance = found.data
  return (
    <Stack gap="md">
      <PageLink to="/projects/$project" params={{ project: project.id }} search={{ tab: 'jobs' }} w="fit-content">
        All jobs of this project
      </PageLink>
      <Section
        title={instance.name}
        aside={may(project, 'project:run') && <Deeds instance={instance} again={again} gone={close} />}
      >
        <State instance={instance} />
        <Facts instance={instance} />
      </Section>
      <Outputs instance={instance} />
      <Log key={instance.phase === 'failed' ? 'failed' : ''} run={instance.run} failed={instance.phase === 'failed'} />
    </Stack>
  )
}

function State({ instance }: { instance: Instance }) {
  const { phase, error, archived, debug, exit_code: code } = instance
  return (
    <Stack gap={4} mb="sm" role="status" aria-label="State of the job">
      <Group gap="md">
        <Phase phase={phase} size="lg" />
        {archived && (
          <Badge variant="default" tt="none" fw={500}>
            archived
          </Badge>
        )}
        {debug && (
          <Badge variant="default" tt="none" fw={500}>
            kept for debugging
          </Badge>
        )}
        {code !== undefined && code !== null && code !== 0 && <Text span>exit code {code}</Text>}
      </Group>
      {error && <Text className="break">{whyOf(instance)}</Text>}
    </Stack>
  )
}

function Facts({ instance }: { instance: Instance }) {
  const { coins, rate, launched_at: launched, started_at: started, stopped_at: stopped } = instance
  return (
    <dl className={classes.facts}>
      <Fact name="Job">
        {instance.title} ({nameOf(instance.job)})
      </Fact>
      <Fact name="Launched">
        <Time at={launched} full /> by {instance.launched_by}
      </Fact>
      {started && (
        <Fact name="Began">
          <Time at={started} full />
        </Fact>
      )}
      {stopped && (
        <Fact name="Ended">
          <Time at={stopped} full />
        </Fact>
      )}
      <Fact name="Coins">
        {isFree(rate) ? 'It costs nothing here.' : `${coins ?? '0'}${isOver(instance) ? '' : ' until now'}`}
      </Fact>
      <Fact name="Command">
        <Code block className={classes.command}>
          {instance.command}
        </Code>
      </Fact>
      <Fact name="All about it">
        <PageLink to="/runs/$run" params={{ run: instance.run }}>
          Its run, with every attempt and what it used
        </PageLink>
      </Fact>
    </dl>
  )
}

function Outputs({ instance }: { instance: Instance }) {
  const made = outputsOf(instance)
  const described = instance.described.map((path) => ({ name: path, title: path, path, one: true }))
  if (made.length === 0) return null
  return (
    <Section title="Outputs">
      <dl className={classes.facts}>
        {made.map((one) => (
          <Fact key={one.name} name={one.title}>
            {isOver(instance) ? (
              <Way project={instance.project} made={one} />
            ) : (
              <span className="mono">{one.path}</span>
            )}
          </Fact>
        ))}
        {described.length > 0 && (
          <Fact name="Described in">
            <Stack gap={2}>
              {described.map((one) => (
                <Way key={one.name} project={instance.project} made={one} />
              ))}
            </Stack>
          </Fact>
        )}
      </dl>
    </Section>
  )
}

/** The way to a file that was made, or to the folder where several are. */
function Way({ project, made }: { project: string; made: Made }) {
  const folder = folderOf(made.path)
  return (
    <PageLink
      to="/projects/$project"
      params={{ project }}
      search={{ ...(folder && { folder }), ...(made.one && { file: made.path }) }}
      className="mono"
    >
      {made.path}
    </PageLink>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Text component="dt" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} className="break tabular">
        {children}
      </Text>
    </>
  )
}
