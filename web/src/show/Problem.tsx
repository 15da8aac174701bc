import { Alert, Button, Group, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { asProblem, type FaultAt } from '@/api/problem'
import { Prose } from './Prose'
import { sentence, whose } from './words'

interface ProblemProps {
  error: unknown
  title?: string
  retry?: (() => void) | undefined
}

/** A failed request: what happened, whose fault it is, and the next step. */
export function ProblemNote({ error, title = 'That did not work', retry }: ProblemProps) {
  const problem = asProblem(error)
  return (
    <Alert
      color="red"
      variant="outline"
      title={title}
      styles={{ label: { color: 'var(--mantine-color-error)' } }}
      icon={<IconAlertTriangle aria-hidden />}
      role="alert"
    >
      <Stack gap="xs">
        <Text>
          <Prose text={sentence(problem.message)} />
        </Text>
        <Faults faults={problem.faults} />
        {problem.nextStep && (
          <Text>
            <strong>Next step:</strong> <Prose text={sentence(problem.nextStep)} />
          </Text>
        )}
        <Group justify="space-between" align="flex-end" gap="xs">
          <Text size="sm" c="dimmed">
            Whose fault: {whose(problem.fault)}
            {problem.request && (
              <>
                {' · '}request <span className="mono break">{problem.request}</span>
              </>
            )}
          </Text>
          {retry && (
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  )
}

function Faults({ faults }: { faults: readonly FaultAt[] }) {
  if (faults.length === 0) return null
  return (
    <List size="sm">
      {faults.map((fault) => (
        <List.Item key={`${fault.where} ${fault.text}`}>
          {fault.where && <span className="mono">{fault.where}</span>} {fault.text}
        </List.Item>
      ))}
    </List>
  )
}
