import { Text } from '@mantine/core'

/** Says beside the button of a form that fields above it lack something; nothing when none does. */
export function Lacking({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <Text c="var(--mantine-color-error)" role="alert">
      {count === 1 ? 'One field needs' : 'Some fields need'} your attention above.
    </Text>
  )
}
