import { Anchor, Text } from '@mantine/core'
import type { Job } from '@/api/client'

/** Where people read about a job, and which jobs it stands for, or stand for it, now. */
export function ReadMore({ job }: { job: Job }) {
  const { doc_url: address, replaces, replaced_by: instead } = job
  const page = address && /^https?:/.test(address) ? address : null
  return (
    <>
      {instead.length > 0 && (
        <Text size="sm" role="note">
          <strong>Replaced by</strong> {titles(instead)}
        </Text>
      )}
      {replaces.length > 0 && <Text size="sm">In place of {titles(replaces)}</Text>}
      {page && (
        <Anchor href={page} size="sm" target="_blank" rel="noreferrer">
          Read about {job.title}
        </Anchor>
      )}
    </>
  )
}

function titles(jobs: Job['replaces']): string {
  return jobs.map(({ collection, job }) => `${collection}/${job}`).join(', ')
}
