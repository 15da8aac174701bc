import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { DefinitionField } from './DefinitionField'
import { workflowsChanged } from './queries'

const FIELDS = ['name', 'definition', 'scope'] as const

/** Keeps a workflow as a draft, and leads to it. */
export function NewWorkflow({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} size="lg" title="New workflow" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <WorkflowForm close={close} />}
    </Modal>
  )
}

type Seen = 'user' | 'global'

function WorkflowForm({ close }: { close: () => void }) {
  const [name, setName] = useState('')
  const [definition, setDefinition] = useState('')
  const [scope, setScope] = useState<Seen>('user')
  const make = useMake()
  const { at, rest } = fieldFaults(make.error, FIELDS, { name: 'name' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    make.mutate({ name: name.trim(), definition, scope })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          data-autofocus
          maxLength={80}
          value={name}
          error={at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <DefinitionField value={definition} change={setDefinition} error={at.definition} />
        <div>
          <Text size="sm" fw={500} mb={4} id="who-sees-the-workflow">
            Who sees it
          </Text>
          <SegmentedControl
            aria-labelledby="who-sees-the-workflow"
            value={scope}
            onChange={setScope}
            data={[
              { value: 'user', label: 'You alone' },
              { value: 'global', label: 'Everyone on this station' },
            ]}
          />
        </div>
        {make.error && <ProblemNote error={make.error} faults={rest} title="No workflow was kept" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending} disabled={name.trim().length < 2 || !definition.trim()}>
            Keep the draft
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function useMake() {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (body: { name: string; definition: string; scope: Seen }) =>
      take(api.POST('/api/v1/workflows', { body })),
    onSuccess: (made) => {
      void workflowsChanged(queries)
      void navigate({ to: '/workflows/$workflow', params: { workflow: made.id } })
    },
  })
}
