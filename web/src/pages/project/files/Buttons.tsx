import { Button, Group } from '@mantine/core'

interface ButtonsProps {
  close: () => void
  busy: boolean
  ready: boolean
  action: string
}

/** The end of a form in a dialog. */
export function Buttons({ close, busy, ready, action }: ButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        Cancel
      </Button>
      <Button type="submit" loading={busy} disabled={!ready}>
        {action}
      </Button>
    </Group>
  )
}
