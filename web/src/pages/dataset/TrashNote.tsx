import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take, type Dataset } from '@/api/client'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { may } from './may'

/** Says that a data set lies in the trash and how long, and takes it out. */
export function TrashNote({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient()
  const restore = useMutation({
    mutationFn: () =>
      take(api.POST('/api/v1/datasets/{reference}/restore', { params: { path: { reference: dataset.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['datasets'] }),
  })
  return (
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconTrash aria-hidden />}
      styles={{ label: { color: 'var(--field-wait)' } }}
      title="This data set is in the trash"
    >
      <Stack gap="xs" align="flex-start">
        {dataset.purge_after && (
          <Text>
            Its files may be removed for good from <Time at={dataset.purge_after} full /> on.
          </Text>
        )}
        {may(dataset, 'dataset:own') && (
          <Button size="xs" variant="default" loading={restore.isPending} onClick={() => restore.mutate()}>
            Restore it
          </Button>
        )}
        {restore.error && <ProblemNote error={restore.error} title="It could not be restored" />}
      </Stack>
    </Alert>
  )
}
