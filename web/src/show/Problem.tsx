import { Alert, Button, Group, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { asProblem, type FaultAt } from '@/api/problem'
import { meQuery } from '@/session/me'
import { PageLink } from './links'
import { Prose } from './Prose'
import { sentence, whose } from './words'

interface ProblemProps {
  error: unknown
  /** Which of its faults are listed here; all of them unless some stand at their fields. */
  faults?: readonly FaultAt[]
  title?: string
  retry?: (() => void) | undefined
}

/** A failed request: what happened, whose fault it is, and the next step. */
export function ProblemNote({ error, faults, title = 'That did not work', retry }: ProblemProps) {
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
        <Faults faults={faults ?? problem.faults} />
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
                {' · '}request <Request id={problem.request} ours={problem.status >= 500} />
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

/** The id of a request; for operators it leads to the error that the station met. */
function Request({ id, ours }: { id: string; ours: boolean }) {
  const me = useQueryClient().getQueryData(meQuery.queryKey)
  if (!ours || !me?.operator) return <span className="mono break">{id}</span>
  return (
    <PageLink to="/station/errors" search={{ error: id }} className="mono break">
      {id}
    </PageLink>
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
