import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Dataset } from '@/api/client'
import { nameFault } from '@/sending/choice'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { readSchema, writtenSchema } from './edit'
import { datasetQuery } from './queries'
import classes from './Dataset.module.css'

const FIELDS = ['name', 'title', 'description', 'schema'] as const

/** Changes what is said about a data set as a whole; its versions stay as they are. */
export function EditDialog({ dataset, opened, close }: { dataset: Dataset; opened: boolean; close: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={`Edit ${dataset.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <EditForm dataset={dataset} close={close} />}
    </Modal>
  )
}

function EditForm({ dataset, close }: { dataset: Dataset; close: () => void }) {
  const [name, setName] = useState(dataset.name)
  const [title, setTitle] = useState(dataset.title)
  const [description, setDescription] = useState(dataset.description)
  const [schema, setSchema] = useState(() => writtenSchema(dataset.metadata_schema))
  const read = readSchema(schema)
  const save = useSave(dataset, close)
  const { at, rest } = fieldFaults(save.error, FIELDS, { name_taken: 'name' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (read.schema) save.mutate({ name, title, description, metadata_schema: read.schema })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          value={name}
          error={nameFault(name) ?? at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Title"
          value={title}
          maxLength={300}
          error={at.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          minRows={3}
          maxRows={12}
          error={at.description}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Textarea
          label="JSON Schema of the metadata"
          description="What the metadata of later versions must be; the form to edit it is made of this. May be left empty."
          autosize
          minRows={4}
          maxRows={16}
          classNames={{ input: classes.code ?? '' }}
          spellCheck={false}
          value={schema}
          error={read.fault ?? at.schema}
          onChange={(event) => setSchema(event.currentTarget.value)}
        />
        {save.error && <ProblemNote error={save.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it as it is
          </Button>
          <Button type="submit" loading={save.isPending} disabled={nameFault(name) !== null || !read.schema}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface Changes {
  name: string
  title: string
  description: string
  metadata_schema: Record<string, unknown>
}

function useSave(dataset: Dataset, close: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Changes) =>
      take(api.PATCH('/api/v1/datasets/{reference}', { params: { path: { reference: dataset.id } }, body })),
    onSuccess: (changed) => {
      queries.setQueryData(datasetQuery(dataset.id).queryKey, changed)
      void queries.invalidateQueries({ queryKey: ['datasets'] })
      close()
    },
  })
}
