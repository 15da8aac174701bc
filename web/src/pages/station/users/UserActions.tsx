import { ActionIcon, Button, Group, Menu, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, newKey, take } from '@/api/client'
import { actAs } from '@/session/acting'
import { Copied } from '@/show/Copied'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { usersQuery, type User } from '../queries'

interface Change {
  suspended?: boolean
  operator?: boolean
  password?: string
  quota_bytes?: number | null
}

type Question = 'suspend' | 'restore' | 'promote' | 'demote' | 'password' | 'quota'

const GIB = 1024 ** 3

const ASKS: Readonly<Record<Question, { label: string; text: string; verb: string }>> = {
  suspend: {
    label: 'Suspend',
    text: 'Their sessions end at once, and their tokens count no more. Their data and runs stay.',
    verb: 'Suspend',
  },
  restore: { label: 'Let in again', text: 'They may sign in again, and their tokens count again.', verb: 'Let in' },
  promote: {
    label: 'Make an operator',
    text: 'They may see and do everything at this station.',
    verb: 'Make operator',
  },
  demote: { label: 'Operator no more', text: 'They keep what is theirs.', verb: 'Take it away' },
  password: {
    label: 'New password',
    text: 'Their sessions end at once. The password is shown this once.',
    verb: 'Set it',
  },
  quota: { label: 'Quota', text: 'What they may keep here; empty for what everybody may.', verb: 'Set it' },
}

/** What an operator may do about a user; each is asked about once more. */
export function UserActions({ user, own }: { user: User; own: boolean }) {
  const [asked, setAsked] = useState<Question | null>(null)
  const act = useMutation({ mutationFn: () => actAs(user.username) })
  const offered: Question[] = [
    user.suspended ? 'restore' : 'suspend',
    user.operator ? 'demote' : 'promote',
    ...(own ? [] : (['password'] as const)),
    'quota',
  ]
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={`What can be done about ${user.username}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!own && !user.operator && !user.suspended && <Menu.Item onClick={() => act.mutate()}>Act as them</Menu.Item>}
          {offered.map((question) => (
            <Menu.Item key={question} onClick={() => setAsked(question)}>
              {ASKS[question].label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {act.error && <ProblemNote error={act.error} title="You do not act as them" />}
      {asked && <Asked user={user} question={asked} close={() => setAsked(null)} />}
    </>
  )
}

function Asked({ user, question, close }: { user: User; question: Question; close: () => void }) {
  const queries = useQueryClient()
  const { label, text, verb } = ASKS[question]
  const [quota, setQuota] = useState<number | ''>(user.quota_bytes ? user.quota_bytes / GIB : '')
  const [password] = useState(() => newKey().slice(0, 20))
  const change = useMutation({
    mutationFn: () =>
      take(
        api.PATCH('/api/v1/users/{reference}', {
          params: { path: { reference: user.id } },
          body: changeOf(question, password, quota) as never,
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      if (question !== 'password') close()
    },
  })
  const { at, rest } = fieldFaults(change.error, ['quota_bytes'])
  const done = question === 'password' && change.isSuccess
  return (
    <Modal
      opened
      onClose={close}
      title={`${label}: ${user.username}`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text>{text}</Text>
        {question === 'quota' && (
          <NumberInput
            label="Quota"
            suffix=" GiB"
            min={0}
            value={quota}
            error={at.quota_bytes}
            onChange={(value) => setQuota(typeof value === 'number' ? value : '')}
          />
        )}
        {done && (
          <Text role="status">
            The new password: <Copied text={password} what="password" />
          </Text>
        )}
        {change.error && <ProblemNote error={change.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            {done ? 'Close' : 'Leave it'}
          </Button>
          {!done && (
            <Button
              {...(question === 'suspend' && { color: 'red.9' })}
              loading={change.isPending}
              onClick={() => change.mutate()}
            >
              {verb}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

function changeOf(question: Question, password: string, quota: number | ''): Change {
  switch (question) {
    case 'suspend':
    case 'restore':
      return { suspended: question === 'suspend' }
    case 'promote':
    case 'demote':
      return { operator: question === 'promote' }
    case 'password':
      return { password }
    case 'quota':
      return { quota_bytes: quota === '' ? null : Math.round(quota * GIB) }
  }
}
