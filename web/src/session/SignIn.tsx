import { Button, Center, Code, Paper, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useLocation } from '@tanstack/react-router'
import { Mark } from '@/shell/Mark'
import { signInAddress } from './me'

const OWN_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Stands in place of every page while nobody is signed in, and leads back to it. */
export function SignIn() {
  useDocumentTitle('Sign in · Fieldstation')
  const here = useLocation({ select: (location) => location.href })
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" radius="md" w="100%" maw={400}>
        <Stack gap="md" align="flex-start">
          <Mark size={36} />
          <div>
            <Title order={1}>Sign in to this station</Title>
            <Text c="dimmed" mt={4}>
              Your data sets, tools and runs are behind it. You come back to this page.
            </Text>
          </div>
          <Button component="a" href={signInAddress(here)} fullWidth>
            Sign in
          </Button>
          {OWN_MACHINE.test(window.location.hostname) && (
            <Text size="sm" c="dimmed">
              A new station has one user, <Code>admin</Code>. The password lies in the file <Code>admin-password</Code>{' '}
              of the station’s data directory; <Code>make up</Code> prints where.
            </Text>
          )}
        </Stack>
      </Paper>
    </Center>
  )
}
