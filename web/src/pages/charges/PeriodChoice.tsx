import { Button, Group, Text } from '@mantine/core'
import { MOST_PRIOR } from './search'

interface PeriodChoiceProps {
  prior: number
  choose: (prior: number) => void
}

/** Goes from billing period to billing period. */
export function PeriodChoice({ prior, choose }: PeriodChoiceProps) {
  const said = prior === 0 ? 'This billing period' : prior === 1 ? 'The one before' : `${prior} periods ago`
  return (
    <Group gap="xs" role="group" aria-label="Billing period">
      <Button size="xs" variant="default" disabled={prior >= MOST_PRIOR} onClick={() => choose(prior + 1)}>
        Earlier
      </Button>
      <Text size="sm" aria-live="polite">
        {said}
      </Text>
      <Button size="xs" variant="default" disabled={prior === 0} onClick={() => choose(prior - 1)}>
        Later
      </Button>
    </Group>
  )
}
