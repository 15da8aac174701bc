import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type ProjectFile } from '@/api/client'
import { asProblem } from '@/api/problem'
import { ProblemNote } from '@/show/Problem'
import { sentence } from '@/show/words'
import { folderOf, nameFault, within } from './address'
import { AttachForm } from './AttachForm'
import { Buttons } from './Buttons'
import { SaveForm } from './SaveForm'
import { useMove } from './useMove'

/** What the reader wants to do, and is asked about first. */
export type Asked = { what: 'folder' | 'attach'; in: string } | { what: 'move' | 'remove' | 'save'; entry: ProjectFile }

interface DialogsProps {
  project: string
  asked: Asked | null
  close: () => void
}

/** Asks for the name of a new folder, for a new name or place, or whether something shall go. */
export function Dialogs({ project, asked, close }: DialogsProps) {
  return (
    <Modal
      opened={asked !== null}
      onClose={close}
      size={asked?.what === 'attach' ? 'lg' : 'md'}
      title={<span className="break">{asked ? titleOf(asked) : ''}</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {asked?.what === 'folder' && <NewFolder project={project} folder={asked.in} close={close} />}
      {asked?.what === 'move' && <MoveForm project={project} entry={asked.entry} close={close} />}
      {asked?.what === 'remove' && <Removal project={project} entry={asked.entry} close={close} />}
      {asked?.what === 'attach' && <AttachForm project={project} folder={asked.in} close={close} />}
      {asked?.what === 'save' && <SaveForm project={project} entry={asked.entry} close={close} />}
    </Modal>
  )
}

function titleOf(asked: Asked): string {
  switch (asked.what) {
    case 'folder':
      return 'New folder'
    case 'attach':
      return 'Bring in a file of a data set'
    case 'move':
      return `Move or rename ${asked.entry.name}`
    case 'save':
      return `Keep ${asked.entry.name} in a data set`
    case 'remove':
      return `Remove ${asked.entry.name}?`
  }
}

const AT_NAME = ['exists', 'file_names']

/** What the station says of the name that was typed; other refusals are no matter of the name. */
function saidOfName(error: unknown): string | null {
  if (!error) return null
  const problem = asProblem(error)
  return AT_NAME.includes(problem.reason) ? sentence(problem.message) : null
}

function NewFolder({ project, folder, close }: { project: string; folder: string; close: () => void }) {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => {
      const path = within(folder, name.trim())
      return take(
        api.PUT('/api/v1/projects/{reference}/folders/{path}', {
          params: { path: { reference: project, path } },
          pathSerializer: pathSerializer,
        }),
      )
    },
    onSuccess: () => {
      close()
      return queries.invalidateQueries({ queryKey: ['project-files', project] })
    },
  })
  const said = saidOfName(make.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description={folder ? `In ${folder}` : undefined}
          data-autofocus
          value={name}
          error={(name && nameFault(name)) || said}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {make.error && !said && <ProblemNote error={make.error} title="No folder was made" />}
        <Buttons close={close} busy={make.isPending} ready={nameFault(name) === null} action="Make the folder" />
      </Stack>
    </form>
  )
}

function MoveForm({ project, entry, close }: { project: string; entry: ProjectFile; close: () => void }) {
  const [name, setName] = useState(entry.name)
  const [folder, setFolder] = useState(folderOf(entry.path))
  const move = useMove(project, close)
  const target = within(folder.trim().replace(/^\/+|\/+$/g, ''), name.trim())
  const said = saidOfName(move.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    move.mutate({ source: entry.path, target })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          data-autofocus
          value={name}
          error={nameFault(name) ?? said}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Folder"
          description="Empty for the folder of the project; folders that are missing are made"
          value={folder}
          onChange={(event) => setFolder(event.currentTarget.value)}
        />
        {move.error && !said && <ProblemNote error={move.error} title="It stays where it is" />}
        <Buttons
          close={close}
          busy={move.isPending}
          ready={nameFault(name) === null && target !== entry.path}
          action="Move it"
        />
      </Stack>
    </form>
  )
}

function Removal({ project, entry, close }: { project: string; entry: ProjectFile; close: () => void }) {
  const queries = useQueryClient()
  const folder = entry.kind === 'folder'
  const remove = useMutation({
    mutationFn: () => {
      const params = { params: { path: { reference: project, path: entry.path } }, pathSerializer }
      return take(
        folder
          ? api.DELETE('/api/v1/projects/{reference}/folders/{path}', params)
          : api.DELETE('/api/v1/projects/{reference}/files/{path}', params),
      )
    },
    onSuccess: close,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['projects', project], exact: true })
      return queries.invalidateQueries({ queryKey: ['project-files', project] })
    },
  })
  return (
    <Stack>
      <Text>
        {folder ? 'The folder and all that is in it' : 'The file'} cannot be brought back; a project keeps no earlier
        versions.
      </Text>
      {remove.error && <ProblemNote error={remove.error} title="Nothing was removed" />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          Keep it
        </Button>
        <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove for good
        </Button>
      </Group>
    </Stack>
  )
}

/** Writes the parameters of an address; those named `path` keep their slashes. */
function pathSerializer(pathname: string, given: Record<string, unknown>): string {
  return pathname.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(given[name])
    return name === 'path' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)
  })
}
