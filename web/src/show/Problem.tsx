import { Alert, Button, Group, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { asProblem, type Fault, type FaultAt } from '@/api/problem'

const WHOSE: Record<Fault, string> = {
  yours: 'Something in the request',
  ours: 'The station',
  passing: 'Nobody: it may pass',
}

/** Whose fault something is, in words. */
export function whose(fault: Fault): string {
  return WHOSE[fault]
}

/** The first letter large and a full stop at the end: texts of the station come as clauses. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (!trimmed) return ''
  const large = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?:]$/.test(large) ? large : `${large}.`
}

interface ProblemProps {
  error: unknown
  title?: string
  retry?: (() => void) | undefined
}

/** A failed request: what happened, whose fault it is, and the next step. */
export function ProblemNote({ error, title = 'That did not work', retry }: ProblemProps) {
  const problem = asProblem(error)
  return (
    <Alert color="red" variant="outline" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Stack gap="xs">
        <Text>{sentence(problem.message)}</Text>
        <Faults faults={problem.faults} />
        {problem.nextStep && (
          <Text>
            <strong>Next step:</strong> {sentence(problem.nextStep)}
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
