import { Box, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'

interface PageProps {
  title: string
  /** What stands in the heading instead of the plain title. */
  heading?: ReactNode
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page: its title (of the tab too), what can be done, and its content. */
export function Page({ title, heading, lead, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Fieldstation`)
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box miw={0} flex="1 1 16rem">
          <Title order={1} className="break">
            {heading ?? title}
          </Title>
          {lead && (
            <Text component="div" c="dimmed" className="lead">
              {lead}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

/** A titled part of a page. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="panel">
      <Group justify="space-between" px="md" py="xs" gap="xs" style={{ borderBottom: '1px solid var(--field-line)' }}>
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      <Box p="md">{children}</Box>
    </section>
  )
}

/** What stands where something is being loaded. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${90 - row * 12}%`} />
      ))}
    </Stack>
  )
}

/** What stands where there is nothing yet: what this is, and what to do. */
export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" ta="center">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text component="div" c="dimmed" maw={480}>
          {children}
        </Text>
      )}
      {actions && <Group justify="center">{actions}</Group>}
    </Stack>
  )
}
