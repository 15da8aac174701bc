import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ProblemNote } from './Problem'

interface QuestionProps {
  title: string
  text: string
  /** What the button says that does it. */
  verb: string
  /** What the button says that does not. */
  keep?: string
  /** What is said above the reason where it is refused. */
  failed?: string
  deed: UseMutationResult<unknown, Error, void>
  opened: boolean
  close: () => void
  /** What else is asked. */
  children?: ReactNode
}

/** Asks once more before something is removed; says why where that is refused. */
export function Question(props: QuestionProps) {
  const { title, text, verb, keep = 'Keep it', failed = 'Nothing was removed', deed, opened, close, children } = props
  return (
    <Modal opened={opened} onClose={close} title={title} centered closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text>{text}</Text>
        {children}
        {deed.error && <ProblemNote error={deed.error} title={failed} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            {keep}
          </Button>
          <Button color="red.9" loading={deed.isPending} onClick={() => deed.mutate()}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
