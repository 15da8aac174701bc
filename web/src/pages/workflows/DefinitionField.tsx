import { Button, FileButton, Group, Stack, Textarea } from '@mantine/core'

interface DefinitionFieldProps {
  value: string
  change: (definition: string) => void
  error: string | undefined
}

/** The text of a definition, typed or read from a file. */
export function DefinitionField({ value, change, error }: DefinitionFieldProps) {
  return (
    <Stack gap={6}>
      <Textarea
        label="Definition"
        description="YAML of kind DataManagerWorkflow; faults are named once it is kept"
        autosize
        minRows={8}
        maxRows={18}
        spellCheck={false}
        classNames={{ input: 'mono' }}
        value={value}
        error={error}
        onChange={(event) => change(event.currentTarget.value)}
      />
      <Group>
        <FileButton accept=".yaml,.yml,.json" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Button {...props} size="xs" variant="default">
              Read from a file
            </Button>
          )}
        </FileButton>
      </Group>
    </Stack>
  )
}
