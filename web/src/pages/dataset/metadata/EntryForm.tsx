import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { faultOf, type Entry, type Fault } from './entries'

interface EntryFormProps {
  entries: readonly Entry[]
  onChange: (entries: Entry[]) => void
  faults: readonly Fault[]
}

/** Metadata line by line, where no schema says what it must be. */
export function EntryForm({ entries, onChange, faults }: EntryFormProps) {
  const change = (at: number, part: Partial<Entry>) =>
    onChange(entries.map((entry, place) => (place === at ? { ...entry, ...part } : entry)))
  return (
    <Stack gap="xs">
      {entries.map((entry, at) => (
        <Group key={at} gap="xs" align="flex-start" wrap="nowrap">
          <TextInput
            aria-label={`Name of line ${at + 1}`}
            placeholder="instrument"
            value={entry.key}
            error={entry.key ? faultOf(faults, entry.key) : undefined}
            onChange={(event) => change(at, { key: event.currentTarget.value })}
            flex="1 1 10rem"
          />
          <TextInput
            aria-label={`Value of line ${at + 1}`}
            placeholder="rain gauge"
            value={entry.value}
            onChange={(event) => change(at, { value: event.currentTarget.value })}
            flex="2 1 14rem"
          />
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={`Remove line ${at + 1}`}
            onClick={() => onChange(entries.filter((_, place) => place !== at))}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...entries, { key: '', value: '' }])}
        >
          Add a line
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        Numbers, true and false, and lists in brackets are kept as such; everything else is a text.
      </Text>
    </Stack>
  )
}
