import { Button, Group, Pill, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Dataset } from '@/api/client'
import { labelText } from '@/pages/data/filters'
import { ProblemNote } from '@/show/Problem'
import { may } from './may'
import { datasetQuery } from './queries'

/** The free labels of a data set, by which the list is narrowed. */
export function Labels({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (labels: Record<string, string>) =>
      take(
        api.PATCH('/api/v1/datasets/{reference}', { params: { path: { reference: dataset.id } }, body: { labels } }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(datasetQuery(dataset.id).queryKey, changed)
      void queries.invalidateQueries({ queryKey: ['datasets', 'list'] })
    },
  })
  const labels = Object.entries(dataset.labels)
  const edits = may(dataset, 'dataset:edit')
  const without = (key: string) => Object.fromEntries(labels.filter(([other]) => other !== key))
  return (
    <Stack gap="sm">
      {labels.length === 0 && (
        <Text c="dimmed">No labels yet. They narrow the list of data: site, instrument, year.</Text>
      )}
      <Group gap="xs">
        {labels.map(([key, value]) => (
          <Pill
            key={key}
            size="md"
            withRemoveButton={edits}
            removeButtonProps={{ 'aria-label': `Remove the label ${key}`, 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => change.mutate(without(key))}
            disabled={change.isPending}
          >
            {labelText(`${key}=${value}`)}
          </Pill>
        ))}
      </Group>
      {edits && (
        <NewLabel busy={change.isPending} add={(key, value) => change.mutate({ ...dataset.labels, [key]: value })} />
      )}
      {change.error && <ProblemNote error={change.error} title="The labels stayed as they were" />}
    </Stack>
  )
}

function NewLabel({ busy, add }: { busy: boolean; add: (key: string, value: string) => void }) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    add(key.trim(), value.trim())
    setKey('')
    setValue('')
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <TextInput
          size="xs"
          w={140}
          label="Label"
          placeholder="site"
          value={key}
          maxLength={100}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          w={180}
          label="Value"
          placeholder="north"
          value={value}
          maxLength={100}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" loading={busy} disabled={!key.trim() || key.includes('=')}>
          Add label
        </Button>
      </Group>
    </form>
  )
}
