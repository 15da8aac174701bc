import { Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { size } from '@/format/number'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { filled } from './overview'
import { storageQuery } from './queries'

/** How much of their quota the reader has used. */
export function Storage() {
  const storage = useQuery(storageQuery)
  const found = storage.data
  return (
    <Section title="Storage">
      {storage.isPending && <Loading rows={2} />}
      {storage.error && <ProblemNote error={storage.error} />}
      {found && (
        <Stack gap="xs">
          <Text className="tabular">
            <strong>{size(found.used)}</strong> of {size(found.quota)} used
            {found.reserved > 0 && `, ${size(found.reserved)} reserved by uploads`}
          </Text>
          <Progress
            value={filled(found.used + found.reserved, found.quota)}
            color={found.free < found.quota / 20 ? 'red' : 'field'}
            aria-label="Storage used"
          />
          <Text size="sm" c="dimmed">
            {size(found.free)} free. What lies in the trash counts until it is removed.
          </Text>
        </Stack>
      )}
    </Section>
  )
}
