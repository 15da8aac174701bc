import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Job, Project } from '@/api/client'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { sentence } from '@/show/words'
import { isFree, jobsQuery, nameOf } from './queries'
import { ReadMore } from './ReadMore'
import classes from './Jobs.module.css'

/** Every job that the reader may use, and why one cannot be launched here now. */
export function JobList({ project, launch }: { project: Project; launch: ((name: string) => void) | undefined }) {
  const [wanted, setWanted] = useState('')
  const found = useInfiniteQuery(jobsQuery(project.id))
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const jobs = (found.data?.pages.flatMap((page) => page.items) ?? []).filter((job) => fits(job, words))
  if (found.isPending) return <Loading />
  if (found.error && !found.data) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  return (
    <Stack gap="sm">
      <TextInput
        label="Find a job"
        placeholder="docking"
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        maw={320}
      />
      {jobs.length === 0 && <Text c="dimmed">No job fits.</Text>}
      {jobs.length > 0 && (
        <ul className={classes.list} aria-label="Jobs">
          {jobs.map((job) => (
            <JobRow key={nameOf(job)} job={job} launch={launch} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button variant="default" onClick={() => void found.fetchNextPage()} w="fit-content">
          More jobs
        </Button>
      )}
    </Stack>
  )
}

function JobRow({ job, launch }: { job: Job; launch: ((name: string) => void) | undefined }) {
  const name = nameOf(job)
  const costs = !isFree(job.rate)
  return (
    <li className={classes.row}>
      <div>
        <Text fw={600}>{job.title}</Text>
        <Text size="sm" c="dimmed" className="break">
          {name}
          {job.description && ` · ${job.description}`}
        </Text>
        <ReadMore job={job} />
        {job.lacks && (
          <Text size="sm" role="note">
            <strong>Cannot be launched:</strong> {sentence(job.lacks)} {job.remedy && sentence(job.remedy)}
          </Text>
        )}
      </div>
      <Text size="sm" className={`${classes.figures} tabular`} {...(!costs && { c: 'dimmed' })}>
        {costs ? `rate ${job.rate ?? ''}` : 'free'}
      </Text>
      <div>
        {launch && (
          <Button
            size="xs"
            variant="default"
            disabled={job.lacks !== undefined}
            onClick={() => launch(name)}
            aria-label={`Launch ${name}`}
          >
            Launch…
          </Button>
        )}
      </div>
    </li>
  )
}

function fits(job: Job, words: readonly string[]): boolean {
  const text = [nameOf(job), job.title, job.description, job.category ?? '', ...job.keywords].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}
