import { Group, Progress, Text } from '@mantine/core'
import { count, size } from '@/format/number'
import type { Job } from '@/sending/jobs'
import { PageLink } from '@/show/links'
import classes from './Tray.module.css'

const SAYS: Record<Job['phase'], string> = {
  choosing: 'Was refused',
  sending: 'Sending',
  asking: 'Waits for an answer',
  stopped: 'Stopped',
  publishing: 'Making the version',
  made: 'Done',
}

/** Files that this page of the browser sends, each lot with the way back to where it is shown. */
export function JobNotes({ jobs, onLeave }: { jobs: readonly Job[]; onLeave: () => void }) {
  if (jobs.length === 0) return null
  return (
    <ul className={classes.list} aria-label="Sent from here">
      {jobs.map((job) => (
        <li key={job.key} className={classes.item}>
          <JobLink job={job} onLeave={onLeave} />
          <JobProgress job={job} />
        </li>
      ))}
    </ul>
  )
}

function JobLink({ job, onLeave }: { job: Job; onLeave: () => void }) {
  const shown = { className: 'cut', fw: 500, onClick: onLeave }
  if (job.place) {
    const { project, folder } = job.place
    return (
      <PageLink to="/projects/$project" params={{ project }} search={folder ? { folder } : {}} {...shown}>
        {job.title}
      </PageLink>
    )
  }
  if (job.key === 'new') {
    return (
      <PageLink to="/data/new" {...shown}>
        {job.title}
      </PageLink>
    )
  }
  return (
    <PageLink to="/data/$dataset/add" params={{ dataset: job.key }} {...shown}>
      {job.title}
    </PageLink>
  )
}

function JobProgress({ job: { phase, progress, title } }: { job: Job }) {
  return (
    <>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" c="dimmed">
          {SAYS[phase]}
          {progress && `, ${progress.done} of ${count(progress.files, 'file')}`}
        </Text>
        {progress && (
          <Text size="sm" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
            {size(progress.sent)} of {size(progress.total)}
          </Text>
        )}
      </Group>
      <Progress
        value={progress && progress.total > 0 ? (100 * progress.sent) / progress.total : 0}
        size="sm"
        mt={4}
        aria-label={`Sent of ${title}`}
      />
    </>
  )
}
