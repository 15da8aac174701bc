import { Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Project } from '@/api/client'
import { size } from '@/format/number'
import { booksChanged } from '@/pages/organisations/queries'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { productQuery, projectQuery } from './queries'

/** Name, visibility and end of a project, for who owns it. */
export function Settings({ project }: { project: Project }) {
  const me = useQuery(meQuery).data
  const ends = !project.personal && (me?.operator === true || me?.username === project.owner)
  return (
    <Stack>
      {!project.personal && <Name project={project} />}
      <Visibility project={project} />
      {ends && <End project={project} />}
    </Stack>
  )
}

function useChange(project: Project) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { name?: string; public?: boolean }) =>
      take(api.PATCH('/api/v1/projects/{reference}', { params: { path: { reference: project.id } }, body })),
    onSuccess: (changed) => {
      queries.setQueryData(projectQuery(project.id).queryKey, changed)
      return queries.invalidateQueries({ queryKey: ['projects'] })
    },
  })
}

function Name({ project }: { project: Project }) {
  const [name, setName] = useState(project.name)
  const change = useChange(project)
  const { at, rest } = fieldFaults(change.error, ['name'], { taken: 'name' })
  useFocusFault(change.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    change.mutate({ name: name.trim() })
  }
  return (
    <Section title="Name">
      <form onSubmit={submit}>
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name of the project"
            flex="0 1 24rem"
            maxLength={200}
            value={name}
            error={at.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={change.isPending} disabled={!name.trim() || name.trim() === project.name}>
            Rename
          </Button>
        </Group>
      </form>
      {change.error && !at.name && <ProblemNote error={change.error} faults={rest} title="Nothing was changed" />}
    </Section>
  )
}

function Visibility({ project }: { project: Project }) {
  const change = useChange(project)
  const product = useQuery(productQuery(project.product ?? undefined)).data
  return (
    <Section title="Who sees it">
      <Switch
        label="Everyone on this station may look"
        description={
          product
            ? `The unit ${product.unit_name} pays for it; its rule may forbid a change.`
            : 'Without it, only its members know of it.'
        }
        checked={project.public}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ public: event.currentTarget.checked })}
      />
      {change.error && <ProblemNote error={change.error} title="Nothing was changed" />}
    </Section>
  )
}

function End({ project }: { project: Project }) {
  const [asked, { open, close }] = useDisclosure(false)
  return (
    <Section title="End of the project">
      <Group justify="space-between" gap="sm">
        <Text flex="1 1 16rem">
          Removes the project and all its files for good. Nobody sees its runs any more; data sets that they made stay.
        </Text>
        <Button color="red" variant="outline" onClick={open}>
          Remove this project
        </Button>
      </Group>
      <Modal
        opened={asked}
        onClose={close}
        title={`Remove ${project.name}?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {asked && <Question project={project} close={close} />}
      </Modal>
    </Section>
  )
}

function Question({ project, close }: { project: Project; close: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/projects/{reference}', { params: { path: { reference: project.id } } })),
    onSuccess: async ({ task }) => {
      notifications.show({ message: `${project.name} is removed; its files go now.` })
      await navigate({ to: '/tasks/$task', params: { task } })
      queries.removeQueries({ queryKey: ['projects', project.id] })
      void queries.invalidateQueries({ queryKey: ['projects'] })
      void booksChanged(queries)
    },
  })
  return (
    <Stack>
      <Text>
        Its files ({size(project.size_bytes)}) cannot be brought back. To go on, type the name of the project.
      </Text>
      <TextInput
        label="Name of the project"
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {remove.error && <ProblemNote error={remove.error} title="Nothing was removed" />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Keep it
        </Button>
        <Button
          color="red.9"
          disabled={typed.trim() !== project.name}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          Remove for good
        </Button>
      </Group>
    </Stack>
  )
}
