import { Group, Text } from '@mantine/core'
import type { Run } from '@/api/client'
import { count } from '@/format/number'
import { Prose } from '@/show/Prose'
import { reasonsOf } from './rows'

const SHOWN = 3

/** Why the listed runs failed, the most frequent reasons first. */
export function FailureReasons({ runs, more }: { runs: readonly Run[]; more: boolean }) {
  const reasons = reasonsOf(runs)
  if (runs.length < 2 || reasons.length === 0) return null
  return (
    <Group gap="lg" className="panel" px="md" py="xs" role="note" aria-label="Why runs failed">
      <Text fw={600}>{more ? `Newest ${count(runs.length, 'failed run')}` : count(runs.length, 'failed run')}</Text>
      {reasons.slice(0, SHOWN).map((found) => (
        <Text key={found.reason} size="sm">
          <strong className="tabular">{found.count}</strong> <Prose text={found.text} />
        </Text>
      ))}
      {reasons.length > SHOWN && <Text size="sm">and {count(reasons.length - SHOWN, 'other reason')}</Text>}
    </Group>
  )
}
