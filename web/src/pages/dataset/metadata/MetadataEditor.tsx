import { Button, Group, Stack, Text } from '@mantine/core'
import type { RJSFSchema } from '@rjsf/utils'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { api, take, type Dataset, type Version } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { EntryForm } from './EntryForm'
import { entriesOf, faultsIn, metadataOf, type Metadata } from './entries'

const SchemaForm = lazy(() => import('./SchemaForm'))

interface MetadataEditorProps {
  dataset: Dataset
  version: Version
  /** Called with the version that was made, or null where nothing shall change. */
  done: (made: Version | null) => void
}

/** Changes metadata. A version never changes: what is saved is a next one with the same files. */
export function MetadataEditor({ dataset, version, done }: MetadataEditorProps) {
  const schema = dataset.metadata_schema as RJSFSchema | undefined
  const [metadata, setMetadata] = useState<Metadata>(version.metadata)
  const [entries, setEntries] = useState(() => entriesOf(version.metadata))
  const save = useSave(dataset, version, done)
  const faults = save.error ? faultsIn(asProblem(save.error).faults) : []
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(schema ? metadata : metadataOf(entries))
      }}
    >
      <Stack>
        {schema ? (
          <Suspense fallback={<Loading />}>
            <SchemaForm schema={schema} metadata={metadata} onChange={setMetadata} faults={faults} />
          </Suspense>
        ) : (
          <EntryForm entries={entries} onChange={setEntries} faults={faults} />
        )}
        {save.error && <ProblemNote error={save.error} title="The metadata stayed as it was" />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            Save as version {dataset.latest + 1}
          </Button>
          <Button variant="default" onClick={() => done(null)}>
            Leave it as it is
          </Button>
          <Text size="sm" c="dimmed">
            Version {version.number} stays; the next one has the same files, which take no more room.
          </Text>
        </Group>
      </Stack>
    </form>
  )
}

function useSave(dataset: Dataset, version: Version, done: (made: Version) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (metadata: Metadata) =>
      take(
        api.POST('/api/v1/datasets/{reference}/versions', {
          params: { path: { reference: dataset.id } },
          body: { base: version.number, metadata },
        }),
      ),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['datasets'] })
      done(made)
    },
  })
}
