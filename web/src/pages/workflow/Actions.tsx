import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type WholeWorkflow } from '@/api/client'
import { DefinitionField } from '@/pages/workflows/DefinitionField'
import { workflowsChanged } from '@/pages/workflows/queries'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { ButtonLink } from '@/show/links'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'

/** What can be done with a workflow: run it, and by who made it change it, keep a version of it, remove it. */
export function Actions({ workflow }: { workflow: WholeWorkflow }) {
  const me = useQuery(meQuery).data
  const own = me !== undefined && (me.operator || me.username === workflow.created_by)
  const runs = workflow.faults.length === 0
  return (
    <>
      {own && <Remove workflow={workflow} />}
      {own && !workflow.version && <Change workflow={workflow} />}
      {own && !workflow.version && runs && <Tag workflow={workflow} />}
      {runs && (
        <ButtonLink
          to="/workflows/$workflow/run"
          params={{ workflow: workflow.id }}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          Run
        </ButtonLink>
      )}
    </>
  )
}

const WHOLE = (workflow: WholeWorkflow) => ({ params: { path: { workflow_id: workflow.id } } })

function Change({ workflow }: { workflow: WholeWorkflow }) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" onClick={open}>
        Change
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title="Change the draft"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {opened && <ChangeForm workflow={workflow} close={close} />}
      </Modal>
    </>
  )
}

function ChangeForm({ workflow, close }: { workflow: WholeWorkflow; close: () => void }) {
  const [name, setName] = useState(workflow.name)
  const [definition, setDefinition] = useState(workflow.definition)
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      take(api.PATCH('/api/v1/workflows/{workflow_id}', { ...WHOLE(workflow), body: { name, definition } })),
    onSuccess: async () => {
      await workflowsChanged(queries)
      close()
    },
  })
  const { at, rest } = fieldFaults(save.error, ['name', 'definition'], { name: 'name' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          maxLength={80}
          value={name}
          error={at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <DefinitionField value={definition} change={setDefinition} error={at.definition} />
        {save.error && <ProblemNote error={save.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it as it is
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Tag({ workflow }: { workflow: WholeWorkflow }) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" onClick={open}>
        Make a version
      </Button>
      <Modal opened={opened} onClose={close} title="Make a version" closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened && <TagForm workflow={workflow} close={close} />}
      </Modal>
    </>
  )
}

function TagForm({ workflow, close }: { workflow: WholeWorkflow; close: () => void }) {
  const [version, setVersion] = useState('')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const tag = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/workflows/{workflow_id}/versions', {
          ...WHOLE(workflow),
          body: { version: version.trim() },
        }),
      ),
    onSuccess: (made) => {
      void workflowsChanged(queries)
      close()
      void navigate({ to: '/workflows/$workflow', params: { workflow: made.id } })
    },
  })
  const { at, rest } = fieldFaults(tag.error, ['version'], { version: 'version', taken: 'version' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    tag.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Version"
          description="Such as 1.0.0; nothing changes it afterwards"
          data-autofocus
          maxLength={24}
          value={version}
          error={at.version}
          onChange={(event) => setVersion(event.currentTarget.value)}
        />
        {tag.error && <ProblemNote error={tag.error} faults={rest} title="No version was made" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={tag.isPending} disabled={!version.trim()}>
            Make the version
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Remove({ workflow }: { workflow: WholeWorkflow }) {
  const [asking, ask] = useDisclosure(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/workflows/{workflow_id}', WHOLE(workflow))),
    onSuccess: async () => {
      await navigate({ to: '/workflows' })
      await workflowsChanged(queries)
    },
  })
  return (
    <>
      <Button variant="default" onClick={ask.open}>
        Remove
      </Button>
      <Question
        title="Remove this workflow?"
        text={`“${workflow.name}” cannot be run any more; what runs of it goes on.`}
        verb="Remove"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </>
  )
}
