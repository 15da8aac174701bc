import { Text } from '@mantine/core'
import { type ErrorComponentProps } from '@tanstack/react-router'
import { ButtonLink } from '@/show/links'
import { Empty, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'

/** There is no page at this address. */
export function NotFound() {
  return (
    <Page title="No such page">
      <Empty title="There is no page at this address" actions={<ButtonLink to="/">Go to Home</ButtonLink>}>
        <Text>It may have been mistyped, or belong to a newer station.</Text>
      </Empty>
    </Page>
  )
}

/** A page that failed, inside the shell, so that every other one stays reachable. */
export function PageFailed({ error }: ErrorComponentProps) {
  return (
    <Page title="This page failed">
      <ProblemNote error={error} retry={() => window.location.reload()} />
    </Page>
  )
}
