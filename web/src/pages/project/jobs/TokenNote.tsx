import { Button, Stack, Text } from '@mantine/core'
import { Copied } from '@/show/Copied'
import { Section } from '@/show/Page'

/** The token by which the place that is told can read the project's files; shown once. */
export function TokenNote({ token, close }: { token: string; close: () => void }) {
  return (
    <Section title="Launched">
      <Stack gap="sm">
        <Text>
          This token reads files of the project until an hour after the job has ended. Keep it now: it is shown this
          once.
        </Text>
        <Copied text={token} what="token" />
        <Button variant="default" onClick={close} w="fit-content">
          To the launched job
        </Button>
      </Stack>
    </Section>
  )
}
