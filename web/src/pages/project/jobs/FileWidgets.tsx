import { Anchor, Breadcrumbs, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ariaDescribedByIds, type RegistryWidgetsType, type WidgetProps } from '@rjsf/utils'
import { IconFile, IconFolder, IconFolderOpen } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProjectFile } from '@/api/client'
import type { Values } from '@/pages/launch/validator'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { trail } from '../files/address'
import { entriesQuery } from '../queries'
import classes from './Jobs.module.css'

type Props = WidgetProps<Values>

/** Fields of a job's form that take files of its project, by the format of what they take. */
export const WIDGETS: RegistryWidgetsType<Values> = { 'project-file': FileField, molecules: MoleculesField }

const PREFIX = 'file://'

function FileField(props: Props) {
  const value = typeof props.value === 'string' ? props.value : ''
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        {...shared(props)}
        value={value}
        flex="1 1 auto"
        classNames={{ input: 'mono' }}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
      <Choose props={props} chosen={props.onChange} />
    </Group>
  )
}

/** Molecules are written down, or come from a file that is named by its address. */
function MoleculesField(props: Props) {
  const value = typeof props.value === 'string' ? props.value : ''
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <Textarea
        {...shared(props)}
        value={value}
        flex="1 1 auto"
        autosize
        maxRows={8}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
      <Choose props={props} chosen={(path) => props.onChange(PREFIX + path)} />
    </Group>
  )
}

function shared({ id, label, hideLabel, required, schema, rawErrors, disabled }: Props) {
  return {
    id,
    name: id,
    required: required ?? false,
    disabled: disabled ?? false,
    'aria-describedby': ariaDescribedByIds(id),
    error: rawErrors && rawErrors.length > 0 ? rawErrors.join('\n') : undefined,
    ...(hideLabel ? { 'aria-label': label } : { label, description: schema.description }),
  }
}

function Choose({ props, chosen }: { props: Props; chosen: (path: string) => void }) {
  const [opened, { open, close }] = useDisclosure(false)
  const project = (props.registry.formContext as { project?: string }).project ?? ''
  return (
    <>
      <Button
        variant="default"
        onClick={open}
        leftSection={<IconFolderOpen size={16} aria-hidden />}
        aria-label={`Choose ${props.label}`}
      >
        Choose…
      </Button>
      <Modal opened={opened} onClose={close} title={props.label} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Folder
          project={project}
          choose={(path) => {
            chosen(path)
            close()
          }}
        />
      </Modal>
    </>
  )
}

/** The files of one folder of a project, and the way to the others. */
function Folder({ project, choose }: { project: string; choose: (path: string) => void }) {
  const [folder, setFolder] = useState('')
  const found = useInfiniteQuery(entriesQuery(project, folder, false))
  const entries = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Stack gap="sm">
      <Breadcrumbs separator="/" separatorMargin={4} aria-label="Folder" style={{ flexWrap: 'wrap' }}>
        <Crumb name="All files" open={() => setFolder('')} />
        {trail(folder).map(({ name, path }) => (
          <Crumb key={path} name={name} open={() => setFolder(path)} />
        ))}
      </Breadcrumbs>
      {found.isPending && <Loading />}
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && entries.length === 0 && (
        <Text c="dimmed">
          {folder ? 'This folder is empty.' : 'The project has no files yet: send some under Files.'}
        </Text>
      )}
      <ul className={classes.entries} aria-label="Files to choose from">
        {entries.map((entry) => (
          <Entry key={entry.path} entry={entry} open={setFolder} choose={choose} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" size="xs" onClick={() => void found.fetchNextPage()} w="fit-content">
          More files
        </Button>
      )}
    </Stack>
  )
}

function Crumb({ name, open }: { name: string; open: () => void }) {
  return (
    <Anchor component="button" type="button" onClick={open}>
      {name}
    </Anchor>
  )
}

interface EntryProps {
  entry: ProjectFile
  open: (folder: string) => void
  choose: (path: string) => void
}

function Entry({ entry, open, choose }: EntryProps) {
  const { kind, name, path } = entry
  if (kind !== 'folder' && kind !== 'file') return null
  const Sign = kind === 'folder' ? IconFolder : IconFile
  return (
    <li>
      <Anchor
        component="button"
        type="button"
        c="inherit"
        className={classes.entry}
        onClick={() => (kind === 'folder' ? open(path) : choose(path))}
      >
        <Sign size={17} stroke={1.6} aria-hidden /> <span className="break">{name}</span>
      </Anchor>
    </li>
  )
}
