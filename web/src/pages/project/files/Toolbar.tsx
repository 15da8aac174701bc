import { Breadcrumbs, Button, FileButton, Group, Switch } from '@mantine/core'
import { IconDatabase, IconFilePlus, IconFolderPlus, IconFolderUp } from '@tabler/icons-react'
import { useRef } from 'react'
import { chosenFiles, type Chosen } from '@/sending/choice'
import { PageLink } from '@/show/links'
import type { ProjectView } from '../search'
import { trail } from './address'
import type { Asked } from './Dialogs'
import { useDrop } from './useDrop'
import classes from './Files.module.css'

interface ToolbarProps {
  folder: string
  hidden: boolean
  writes: boolean
  show: (change: Partial<ProjectView>, inPlace?: boolean) => void
  send: (chosen: readonly Chosen[], into?: string) => void
  move: (path: string, folder: string) => void
  ask: (asked: Asked) => void
}

/** Where one is, and what can be brought there. */
export function Toolbar({ folder, hidden, writes, show, send, move, ask }: ToolbarProps) {
  return (
    <Group p="xs" px="md" gap="xs" className={classes.bar}>
      <Breadcrumbs
        separator="/"
        separatorMargin={4}
        aria-label="Folder"
        style={{ flexWrap: 'wrap', flex: '1 1 10rem' }}
      >
        <Crumb name="All files" path="" hidden={hidden} writes={writes} send={send} move={move} />
        {trail(folder).map(({ name, path }) => (
          <Crumb key={path} name={name} path={path} hidden={hidden} writes={writes} send={send} move={move} />
        ))}
      </Breadcrumbs>
      <Switch
        size="xs"
        label="Hidden files"
        checked={hidden}
        onChange={(event) => show({ hidden: event.currentTarget.checked || undefined }, true)}
      />
      {writes && (
        <Group gap="xs" className={classes.bring}>
          <Bring folder={folder} send={send} ask={ask} />
        </Group>
      )}
    </Group>
  )
}

function Bring({ folder, send, ask }: Pick<ToolbarProps, 'folder' | 'send' | 'ask'>) {
  const folders = useRef<HTMLInputElement>(null)
  const small = { size: 'xs', variant: 'default' } as const
  return (
    <>
      <FileButton
        multiple
        onChange={(files) => send(chosenFiles(files))}
        inputProps={{ 'aria-label': 'Choose files to send' }}
      >
        {(props) => (
          <Button {...props} size="xs" leftSection={<IconFilePlus size={15} aria-hidden />}>
            Add files
          </Button>
        )}
      </FileButton>
      <input
        ref={folders}
        type="file"
        hidden
        aria-label="Folder to send"
        {...{ webkitdirectory: '' }}
        onChange={(event) => {
          send(chosenFiles(event.currentTarget.files ?? []))
          event.currentTarget.value = ''
        }}
      />
      <Button {...small} leftSection={<IconFolderUp size={15} aria-hidden />} onClick={() => folders.current?.click()}>
        Add a folder
      </Button>
      <Button
        {...small}
        leftSection={<IconFolderPlus size={15} aria-hidden />}
        onClick={() => ask({ what: 'folder', in: folder })}
      >
        New folder
      </Button>
      <Button
        {...small}
        leftSection={<IconDatabase size={15} aria-hidden />}
        onClick={() => ask({ what: 'attach', in: folder })}
      >
        From a data set
      </Button>
    </>
  )
}

interface CrumbProps {
  name: string
  path: string
  hidden: boolean
  writes: boolean
  send: (chosen: readonly Chosen[], into?: string) => void
  move: (path: string, folder: string) => void
}

/** One folder of the way; what is dropped on it goes there. */
function Crumb({ name, path, hidden, writes, send, move }: CrumbProps) {
  const drop = useDrop({ folder: path, enabled: writes, send, move })
  const search = { ...(path ? { folder: path } : {}), ...(hidden ? { hidden: true as const } : {}) }
  return (
    <PageLink
      from="/projects/$project"
      to="/projects/$project"
      search={search}
      className={`break ${drop.over ? classes.target : ''}`}
      {...drop.handlers}
    >
      {name}
    </PageLink>
  )
}
