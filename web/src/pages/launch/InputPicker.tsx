import { ActionIcon, Box, Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { ReferencePicker } from './ReferencePicker'
import type { Slot } from './values'

interface InputPickerProps {
  slot: Slot
  references: readonly string[]
  onChange: (references: readonly string[]) => void
  error?: string | undefined
}

/** What one input of a tool is filled with: one reference, or several where it takes them. */
export function InputPicker({ slot, references, onChange, error }: InputPickerProps) {
  const change = (at: number, reference: string) =>
    onChange(references.map((known, index) => (index === at ? reference : known)))
  return (
    <Stack gap={6}>
      {references.map((reference, index) => (
        <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
          <Box flex={1} miw={0}>
            <ReferencePicker
              title={references.length > 1 ? `${slot.title} ${index + 1}` : slot.title}
              value={reference}
              onChange={(next) => change(index, next)}
              required={slot.required && index === 0}
              mediaTypes={slot.mediaTypes}
              error={index === 0 ? error : undefined}
            />
          </Box>
          {references.length > 1 && (
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`Remove ${slot.title} ${index + 1}`}
              onClick={() => onChange(references.filter((_, other) => other !== index))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {slot.many && (
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange([...references, ''])}
          >
            One more
          </Button>
        </Group>
      )}
      {slot.description && (
        <Text size="sm" c="dimmed">
          {slot.description}
        </Text>
      )}
    </Stack>
  )
}
