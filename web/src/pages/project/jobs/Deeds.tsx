import { ActionIcon, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take, type Instance } from '@/api/client'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { isOver, nameOf } from './queries'

interface DeedsProps {
  instance: Instance
  /** Opens the form with what this one was launched with. */
  again: (job: string, as: string) => void
  /** Is called once it is removed. */
  gone?: () => void
}

/** What can be done about a launched job. */
export function Deeds({ instance, again, gone }: DeedsProps) {
  const [asked, setAsked] = useState<'stop' | 'delete' | null>(null)
  const close = () => setAsked(null)
  const { archive, remove, stop } = useDeeds(instance, close, gone)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={`What can be done about ${instance.name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!isOver(instance) && <Menu.Item onClick={() => setAsked('stop')}>Stop…</Menu.Item>}
          <Menu.Item onClick={() => again(nameOf(instance.job), instance.id)}>Run again…</Menu.Item>
          <Menu.Item onClick={() => archive.mutate()}>{instance.archived ? 'Archive no more' : 'Archive'}</Menu.Item>
          <Menu.Item onClick={() => setAsked('delete')} disabled={instance.archived}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {archive.error && <ProblemNote error={archive.error} title="Nothing was changed" />}
      <Question
        title={`Stop ${instance.name}?`}
        text="It is asked to end, and then ended. Its log stays, and so does what it has written into the project."
        verb="Stop it"
        keep="Let it work"
        failed="It was not stopped"
        deed={stop}
        opened={asked === 'stop'}
        close={close}
      />
      <Question
        title={`Delete ${instance.name}?`}
        text="Where it still works it is ended. Its hidden folder goes; what it made in the project stays."
        verb="Delete"
        deed={remove}
        opened={asked === 'delete'}
        close={close}
      />
    </>
  )
}

function useDeeds({ id, run, archived }: Instance, done: () => void, gone?: () => void) {
  const queries = useQueryClient()
  const params = { path: { instance_id: id } }
  const known = () => queries.invalidateQueries({ queryKey: ['instances'] })
  const archive = useMutation({
    mutationFn: () => take(api.PATCH('/api/v1/instances/{instance_id}', { params, body: { archived: !archived } })),
    onSuccess: known,
  })
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/instances/{instance_id}', { params })),
    onSuccess: () => {
      done()
      gone?.()
      return queries.invalidateQueries({ queryKey: ['instances', 'of'] })
    },
  })
  const stop = useMutation({
    mutationFn: () => take(api.POST('/api/v1/runs/{run_id}/cancel', { params: { path: { run_id: run } } })),
    onSuccess: () => {
      done()
      return known()
    },
  })
  return { archive, remove, stop }
}
