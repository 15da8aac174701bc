import { Group, Text } from '@mantine/core'
import { LOOKS, type StepState } from './look'

/** The state of a workflow, or of a step: sign, colour and word. */
export function WorkflowState({ state, size = 'md' }: { state: StepState; size?: 'sm' | 'md' | 'lg' }) {
  const { word, icon: Icon, color } = LOOKS[state]
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <Icon size={size === 'lg' ? 20 : 16} stroke={2} color={color} aria-hidden style={{ flexShrink: 0 }} />
      <Text span size={size} fw={size === 'lg' ? 600 : 500} c={color}>
        {word}
      </Text>
    </Group>
  )
}
