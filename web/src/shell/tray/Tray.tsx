import { Drawer, Stack, Text } from '@mantine/core'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { nameOfUpload, uploadsQuery, type Attention } from '@/attention/queries'
import { useJobs } from '@/sending/jobs'
import { PageLink } from '@/show/links'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { JobNotes } from './JobNotes'
import { RunNotes } from './RunNotes'
import { UploadNotes } from './UploadNotes'
import classes from './Tray.module.css'

const UPLOADS_MS = 2000 // bytes come in without any event that could tell

interface TrayProps {
  opened: boolean
  onClose: () => void
  attention: UseQueryResult<Attention>
}

/** What of the reader's is under way, and what ended; each leads to its thing. */
export function Tray({ opened, onClose, attention }: TrayProps) {
  const uploads = useQuery({
    ...uploadsQuery,
    enabled: opened,
    refetchInterval: (query) => (query.state.data?.items.length ? UPLOADS_MS : false),
    staleTime: 0,
  })
  const found = attention.data
  const jobs = useJobs()
  const elsewhere = (uploads.data?.items ?? []).filter((one) => !jobs.some(({ paths }) => paths.has(nameOfUpload(one))))
  const idle = found?.under_way.length === 0 && elsewhere.length === 0 && jobs.length === 0
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title={<Text fw={650}>Activity</Text>}
      closeButtonProps={{ 'aria-label': 'Close activity' }}
    >
      <Stack gap="lg">
        {attention.isPending && <Loading rows={5} />}
        {attention.error && <ProblemNote error={attention.error} retry={() => void attention.refetch()} />}
        {found && (
          <>
            <section aria-label="Under way">
              <h3 className={classes.title}>Under way</h3>
              {idle && <Text c="dimmed">Nothing of yours runs, waits or is being sent.</Text>}
              <RunNotes runs={found.under_way} onLeave={onClose} />
              <JobNotes jobs={jobs} onLeave={onClose} />
              <UploadNotes uploads={elsewhere} onLeave={onClose} />
            </section>
            <section aria-label="Ended">
              <h3 className={classes.title}>Ended</h3>
              {found.ended.length === 0 && <Text c="dimmed">Nothing has ended yet.</Text>}
              <RunNotes runs={found.ended} onLeave={onClose} />
            </section>
            <PageLink to="/runs" onClick={onClose}>
              All runs
            </PageLink>
          </>
        )}
      </Stack>
    </Drawer>
  )
}
