import { Button, Group, Menu, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconDots, IconDownload, IconEdit, IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { api, newKey, take, type Run } from '@/api/client'
import { asProblem } from '@/api/problem'
import { ButtonLink } from '@/show/links'
import { isFinal } from '@/show/runState'
import { sentence } from '@/show/words'

/** What can be done with a run. */
export function Actions({ run }: { run: Run }) {
  const over = isFinal(run.state)
  const { before = run.rerun_of } = useSearch({ from: '/runs/$run' })
  return (
    <>
      {over && before && before !== run.id && (
        <ButtonLink variant="default" to="/runs/$run/compare/$other" params={{ run: before, other: run.id }}>
          Compare with the run before
        </ButtonLink>
      )}
      {over ? <Rerun run={run} /> : <Cancel run={run} />}
      <More run={run} />
    </>
  )
}

function Cancel({ run }: { run: Run }) {
  const queries = useQueryClient()
  const [open, { open: ask, close }] = useDisclosure(false)
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/api/v1/runs/{run_id}/cancel', { params: { path: { run_id: run.id } } })),
    onSuccess: (now) => queries.setQueryData(['run', run.id], now),
    onError: failed,
    onSettled: close,
  })
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        onClick={ask}
        disabled={Boolean(run.cancel_requested_at)}
      >
        {run.cancel_requested_at ? 'Stopping' : 'Cancel run'}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title="Cancel this run?"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Text>What it has done so far is lost; its log is kept. It can be run again later.</Text>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            Let it run
          </Button>
          <Button color="red.9" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel run
          </Button>
        </Group>
      </Modal>
    </>
  )
}

function Rerun({ run }: { run: Run }) {
  const navigate = useNavigate()
  const rerun = useMutation({
    mutationFn: (key: string) =>
      take(
        api.POST('/api/v1/runs/{run_id}/rerun', {
          params: { path: { run_id: run.id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    onSuccess: (made) => void navigate({ to: '/runs/$run', params: { run: made.id }, search: { before: run.id } }),
    onError: failed,
  })
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={rerun.isPending}
      onClick={() => rerun.mutate(newKey())}
    >
      Run again
    </Button>
  )
}

function More({ run }: { run: Run }) {
  return (
    <>
      <ButtonLink
        variant="default"
        leftSection={<IconEdit size={16} aria-hidden />}
        to="/tools/$tool/run"
        params={{ tool: `${run.tool.name}@${run.tool.version}` }}
        search={{ from: run.id }}
      >
        Change and run
      </ButtonLink>
      {isFinal(run.state) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" px="xs" aria-label="More">
              <IconDots size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              component="a"
              href={`/api/v1/runs/${run.id}/crate`}
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Take along as RO-Crate
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}

function failed(thrown: unknown): void {
  const problem = asProblem(thrown)
  notifications.show({
    color: 'red',
    title: sentence(problem.message),
    message: sentence(problem.nextStep),
    autoClose: 10_000,
  })
}
