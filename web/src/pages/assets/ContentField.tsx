import { FileButton, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { IconFile } from '@tabler/icons-react'
import { size } from '@/format/number'

/** What was typed, or the file that was chosen instead. */
export interface Given {
  text: string
  file: File | null
}

interface ContentFieldProps {
  given: Given
  change: (given: Given) => void
  description: string
  error: string | undefined
}

/** Takes what an asset holds: a text, or a file. */
export function ContentField({ given, change, description, error }: ContentFieldProps) {
  return (
    <Stack gap={6}>
      {given.file ? (
        <Text>
          {given.file.name}, {size(given.file.size)}
        </Text>
      ) : (
        <Textarea
          label="Content"
          description={description}
          autosize
          minRows={3}
          maxRows={12}
          spellCheck={false}
          value={given.text}
          error={error}
          onChange={(event) => change({ text: event.currentTarget.value, file: null })}
        />
      )}
      {given.file && error && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
      <Group gap="xs">
        <FileButton
          onChange={(file) => change({ text: '', file })}
          inputProps={{ 'aria-label': 'File with the content' }}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconFile size={15} aria-hidden />}>
              Take a file
            </Button>
          )}
        </FileButton>
        {given.file && (
          <Button size="xs" variant="subtle" onClick={() => change({ text: '', file: null })}>
            Type it instead
          </Button>
        )}
      </Group>
    </Stack>
  )
}
