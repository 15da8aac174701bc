import { Badge, Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Project } from '@/api/client'
import { size } from '@/format/number'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { Time } from '@/show/Time'
import { NewProject } from './NewProject'
import { projectsQuery, unitsQuery } from './queries'
import classes from './Projects.module.css'

/** The projects that the reader sees, with who pays for them. */
export function Projects() {
  const [making, { open, close }] = useDisclosure(false)
  const found = useInfiniteQuery(projectsQuery)
  const units = useQuery(unitsQuery).data?.items ?? []
  return (
    <Page
      title="Projects"
      lead="A project is a folder that you share: people keep files in it, and runs happen there."
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New project
        </Button>
      }
    >
      <section className="panel" aria-label="Projects">
        <LongList
          label="Projects"
          found={found}
          keyOf={(project) => project.id}
          rowHeight={41}
          empty={<Empty title="No project yet">Make one, and share it with whom you work.</Empty>}
        >
          {(project) => <ProjectRow project={project} unit={units.find(({ id }) => id === project.unit)?.name} />}
        </LongList>
      </section>
      <NewProject opened={making} close={close} />
    </Page>
  )
}

function ProjectRow({ project, unit }: { project: Project; unit: string | undefined }) {
  return (
    <div className={classes.row}>
      <span className={classes.name}>
        <PageLink to="/projects/$project" params={{ project: project.id }} fw={600} className="cut">
          {project.name}
        </PageLink>
        {project.personal && <Mark>personal</Mark>}
        {project.public && <Mark>public</Mark>}
      </span>
      <Text size="sm" c="dimmed" className={`${classes.owner} cut`}>
        of {project.owner}
      </Text>
      <Text size="sm" className={`${classes.size} tabular`} ta="right">
        {size(project.size_bytes)}
      </Text>
      <Text size="sm" c="dimmed" className={`${classes.unit} cut`}>
        {project.unit && `paid by ${unit ?? 'another unit'}`}
      </Text>
      <Text size="sm" c="dimmed" className={classes.made} ta="right">
        <Time at={project.created} />
      </Text>
    </div>
  )
}

function Mark({ children }: { children: string }) {
  return (
    <Badge variant="default" size="sm" tt="none" fw={500} style={{ flexShrink: 0 }}>
      {children}
    </Badge>
  )
}
