import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, take, type TaskDetail } from '@/api/client'
import { ProblemNote } from '@/show/Problem'

/** Forgets a task of the reader that is done. */
export function Remove({ task }: { task: TaskDetail }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [open, { open: ask, close }] = useDisclosure(false)
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/tasks/{task_id}', { params: { path: { task_id: task.id } } })),
    onSuccess: async () => {
      await navigate({ to: '/tasks' })
      queries.removeQueries({ queryKey: ['task', task.id] })
      await queries.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
  return (
    <>
      <Button variant="default" onClick={ask}>
        Remove task
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title="Remove this task?"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="md">
          <Text>What it did stays as it is; only its states and events are forgotten.</Text>
          {remove.error && <ProblemNote error={remove.error} title="The task was not removed" />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove task
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
