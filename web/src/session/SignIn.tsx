import { Button, Center, Paper, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useLocation } from '@tanstack/react-router'
import { Mark } from '@/shell/Mark'
import { signInAddress } from './me'

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
        </Stack>
      </Paper>
    </Center>
  )
}
