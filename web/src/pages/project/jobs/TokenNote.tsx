import { Button, Stack, Text } from '@mantine/core'
import { Copied } from '@/show/Copied'
import { Section } from '@/show/Page'

interface TokenNoteProps {
  project: string
  token: string
  close: () => void
}

/** The token by which the place that is told can read the project's files, and where it does; shown once. */
export function TokenNote({ project, token, close }: TokenNoteProps) {
  const door = `${window.location.origin}/data-manager-api/project/${project}/file-with-token`
  return (
    <Section title="Launched">
      <Stack gap="sm">
        <Text>
          This token reads files of the project until an hour after the job has ended. Keep it now: it is shown this
          once.
        </Text>
        <Copied text={token} what="token" />
        <Text>
          A program that has it asks for a file at this address, with the folder and the name of the file, and nothing
          else:
        </Text>
        <Copied text={`${door}?token=${token}&path=/&file=NAME`} what="address" />
        <Button variant="default" onClick={close} w="fit-content">
          To the launched job
        </Button>
      </Stack>
    </Section>
  )
}
