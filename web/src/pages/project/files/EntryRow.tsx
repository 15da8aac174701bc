import { ActionIcon, Anchor, Badge, Menu, Text } from '@mantine/core'
import {
  IconDatabase,
  IconDots,
  IconDownload,
  IconFile,
  IconFolder,
  IconPencil,
  IconQuestionMark,
  IconTrash,
} from '@tabler/icons-react'
import type { DragEvent } from 'react'
import type { ProjectFile } from '@/api/client'
import { size } from '@/format/number'
import type { Chosen } from '@/sending/choice'
import { PageLink } from '@/show/links'
import { Time } from '@/show/Time'
import type { ProjectView } from '../search'
import { projectFileAddress } from './address'
import type { Asked } from './Dialogs'
import { PATH, useDrop } from './useDrop'
import classes from './Files.module.css'

interface EntryRowProps {
  project: string
  entry: ProjectFile
  view: ProjectView
  writes: boolean
  ask: (asked: Asked) => void
  send: (chosen: readonly Chosen[], into?: string) => void
  move: (path: string, folder: string) => void
  open: () => void
}

/** A file or folder; it can be dragged onto a folder, and a folder takes what is dropped on it. */
export function EntryRow({ project, entry, view, writes, ask, send, move, open }: EntryRowProps) {
  const drop = useDrop({ folder: entry.path, enabled: writes && entry.kind === 'folder', send, move })
  const take = (event: DragEvent) => {
    event.dataTransfer.setData(PATH, entry.path)
    event.dataTransfer.effectAllowed = 'move'
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- dragging is one way more; the menu has another
    <div
      className={`${classes.row} ${drop.over ? classes.target : ''}`}
      draggable={writes}
      onDragStart={take}
      {...drop.handlers}
    >
      <Sign kind={entry.kind} />
      <Name entry={entry} view={view} open={open} />
      <Text size="sm" c="dimmed" className={`${classes.owner} cut`}>
        {entry.owner}
      </Text>
      <Text size="sm" className={`${classes.meta} tabular`}>
        {entry.kind === 'file' && size(entry.size ?? 0)}
      </Text>
      <Text size="sm" c="dimmed" className={`${classes.meta} ${classes.time}`}>
        <Time at={entry.modified} />
      </Text>
      <More project={project} entry={entry} writes={writes} ask={ask} />
    </div>
  )
}

function Sign({ kind }: { kind: ProjectFile['kind'] }) {
  if (kind === 'folder') return <IconFolder size={17} stroke={1.6} aria-hidden className={classes.folder} />
  if (kind === 'file') return <IconFile size={17} stroke={1.5} aria-hidden />
  return <IconQuestionMark size={17} stroke={1.5} aria-hidden />
}

function Name({ entry, view, open }: Pick<EntryRowProps, 'entry' | 'view' | 'open'>) {
  if (entry.kind === 'folder') {
    const search = { folder: entry.path, ...(view.hidden ? { hidden: true as const } : {}) }
    return (
      <PageLink
        from="/projects/$project"
        to="/projects/$project"
        search={search}
        c="inherit"
        fw={500}
        className="cut"
        draggable={false}
      >
        {entry.name}
      </PageLink>
    )
  }
  if (entry.kind === 'other') return <span className="cut">{entry.name} (neither file nor folder)</span>
  return (
    <span className={classes.name}>
      <Anchor component="button" type="button" c="inherit" ta="left" className="cut" onClick={open}>
        {entry.name}
      </Anchor>
      {entry.managed && (
        <Badge variant="default" size="sm" tt="none" fw={500} style={{ flexShrink: 0 }}>
          {entry.managed.stage === 'done' ? `of version ${entry.managed.number}` : 'on its way'}
        </Badge>
      )}
    </span>
  )
}

function More({ project, entry, writes, ask }: Pick<EntryRowProps, 'project' | 'entry' | 'writes' | 'ask'>) {
  const file = entry.kind === 'file'
  if (!file && !writes) return <span className={classes.more} />
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          className={classes.more ?? ''}
          aria-label={`What can be done with ${entry.name}`}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {file && (
          <Menu.Item
            component="a"
            href={projectFileAddress(project, entry.path)}
            download={entry.name}
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            Download
          </Menu.Item>
        )}
        {file && (
          <Menu.Item leftSection={<IconDatabase size={15} aria-hidden />} onClick={() => ask({ what: 'save', entry })}>
            Keep in a data set
          </Menu.Item>
        )}
        {writes && entry.kind !== 'other' && (
          <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={() => ask({ what: 'move', entry })}>
            Move or rename
          </Menu.Item>
        )}
        {writes && (
          <Menu.Item leftSection={<IconTrash size={15} aria-hidden />} onClick={() => ask({ what: 'remove', entry })}>
            Remove
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
