import { Alert, Button, Group, Text } from '@mantine/core'
import { IconSpy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Me } from '@/api/client'
import { actAs } from '@/session/acting'
import { ProblemNote } from '@/show/Problem'
import classes from './Shell.module.css'

/** Says on every page whom an operator acts as, and leads back. */
export function ActingNote({ me }: { me: Me }) {
  const back = useMutation({ mutationFn: () => actAs('') })
  if (!me.acted_by) return null
  return (
    <Alert
      color="yellow"
      variant="outline"
      mb="md"
      py="xs"
      className={classes.acting}
      icon={<IconSpy aria-hidden />}
      role="status"
      aria-label="Acting"
    >
      <Group justify="space-between" gap="xs">
        <Text>
          You are {me.acted_by} and act as <strong>{me.username}</strong>. What you do is theirs; the record names you
          beside them.
        </Text>
        <Button size="xs" variant="default" loading={back.isPending} onClick={() => back.mutate()}>
          Be {me.acted_by} again
        </Button>
      </Group>
      {back.error && <ProblemNote error={back.error} title="You still act as them" />}
    </Alert>
  )
}
