import { Group, Text } from '@mantine/core'
import type { Instance } from '@/api/client'
import { LOOKS } from '@/show/runState'

const PHASES = {
  pending: { ...LOOKS.queued, word: 'Pending' },
  running: LOOKS.running,
  completed: { ...LOOKS.succeeded, word: 'Completed' },
  failed: LOOKS.failed,
} as const

/** How far a launched job is: sign, colour and word. */
export function Phase({ phase, size = 'md' }: { phase: Instance['phase']; size?: 'md' | 'lg' }) {
  const { word, icon: Icon, color } = PHASES[phase]
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <Icon size={size === 'lg' ? 20 : 16} stroke={2} color={color} aria-hidden style={{ flexShrink: 0 }} />
      <Text span size={size} fw={size === 'lg' ? 600 : 500} c={color}>
        {word}
      </Text>
    </Group>
  )
}
