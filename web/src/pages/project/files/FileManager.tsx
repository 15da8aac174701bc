import { Drawer } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Project, ProjectFile } from '@/api/client'
import type { Chosen } from '@/sending/choice'
import { sendInto } from '@/sending/projectFiles'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { may } from '../may'
import { entriesQuery } from '../queries'
import type { ProjectView } from '../search'
import { Dialogs, type Asked } from './Dialogs'
import { EntryRow } from './EntryRow'
import { LookInto } from './LookInto'
import { MovedNote } from './MovedNote'
import { SendingPanel } from './SendingPanel'
import { Toolbar } from './Toolbar'
import { useDrop } from './useDrop'
import { useMove } from './useMove'
import classes from './Files.module.css'

interface FileManagerProps {
  project: Project
  view: ProjectView
  show: (change: Partial<ProjectView>, inPlace?: boolean) => void
}

/** The folders and files of a project: looked into, sent, moved and removed. */
export function FileManager({ project, view, show }: FileManagerProps) {
  const queries = useQueryClient()
  const [asked, ask] = useState<Asked | null>(null)
  const folder = view.folder ?? ''
  const writes = may(project, 'project:write')
  const found = useInfiniteQuery(entriesQuery(project.id, folder, view.hidden ?? false))
  const move = useMove(project.id)
  const send = (chosen: readonly Chosen[], into = folder) => {
    if (chosen.length > 0) sendInto({ project, folder: into }, chosen, queries)
  }
  const drop = useDrop({ folder, enabled: writes, send, move: move.into })
  return (
    <>
      <SendingPanel project={project.id} />
      <MovedNote move={move} />
      <section
        className={`panel ${classes.zone} ${drop.over ? classes.over : ''}`}
        aria-label="Files"
        {...drop.handlers}
      >
        <Toolbar
          folder={folder}
          hidden={view.hidden ?? false}
          writes={writes}
          show={show}
          send={send}
          move={move.into}
          ask={ask}
        />
        <LongList
          key={`${folder} ${String(view.hidden)}`}
          label="Files"
          found={found}
          keyOf={(entry) => entry.path}
          rowHeight={41}
          empty={<Nothing folder={folder} writes={writes} />}
        >
          {(entry) => (
            <EntryRow
              project={project.id}
              entry={entry}
              view={view}
              writes={writes}
              ask={ask}
              send={send}
              move={move.into}
              open={() => show({ file: entry.path })}
            />
          )}
        </LongList>
      </section>
      <Dialogs project={project.id} asked={asked} close={() => ask(null)} />
      <Drawer
        opened={view.file !== undefined}
        onClose={() => show({ file: undefined })}
        position="right"
        size="xl"
        title={<span className="break mono">{view.file}</span>}
        closeButtonProps={{ 'aria-label': 'Close the preview' }}
      >
        {view.file !== undefined && <LookInto project={project.id} path={view.file} known={known(found, view.file)} />}
      </Drawer>
    </>
  )
}

function known(found: { data?: { pages: { items: ProjectFile[] }[] } | undefined }, path: string) {
  return found.data?.pages.flatMap((page) => page.items).find((entry) => entry.path === path)
}

function Nothing({ folder, writes }: { folder: string; writes: boolean }) {
  const title = folder ? 'This folder is empty' : 'No files yet'
  if (!writes) return <Empty title={title} />
  return <Empty title={title}>Drop files or folders here, or choose them with the buttons above.</Empty>
}
