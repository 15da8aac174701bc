import { Anchor, Breadcrumbs, Drawer, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFile, IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset, StoredFile } from '@/api/client'
import { size } from '@/format/number'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { Preview } from './Preview'
import { filesQuery } from './queries'
import type { DatasetView } from './search'
import { FileTree } from './tree/FileTree'
import { folderOf } from './tree/rows'
import classes from './Dataset.module.css'

const PAUSE_MS = 200

interface FilesProps {
  dataset: Dataset
  number: number
  view: DatasetView
  show: (change: Partial<DatasetView>, inPlace?: boolean) => void
}

/** The files of a version, as a tree or (where a beginning of paths is given) as a list; one of them looked into. */
export function Files({ dataset, number, view, show }: FilesProps) {
  const under = view.under ?? ''
  const narrow = (to: string) => show({ under: to || undefined, file: undefined })
  return (
    <section className="panel" aria-label="Files">
      <Group justify="space-between" p="xs" px="md" gap="xs" className={classes.bar}>
        <Folders under={under} narrow={narrow} />
        <PathFilter key={under} under={under} narrow={narrow} />
      </Group>
      {under ? (
        <FilesBelow
          dataset={dataset}
          number={number}
          under={under}
          narrow={narrow}
          open={(file) => show({ file: file.path })}
        />
      ) : (
        <FileTree
          key={`${dataset.id} ${number}`}
          dataset={dataset.id}
          number={number}
          at={view.file ?? view.at ?? ''}
          onFolder={(at) => show({ at: at || undefined }, true)}
          onFile={(file) => show({ file, at: folderOf(file) || undefined })}
        />
      )}
      <Drawer
        opened={view.file !== undefined}
        onClose={() => show({ file: undefined })}
        position="right"
        size="xl"
        title={<span className="break mono">{view.file}</span>}
        closeButtonProps={{ 'aria-label': 'Close the preview' }}
      >
        {view.file !== undefined && <Preview dataset={dataset} number={number} path={view.file} />}
      </Drawer>
    </section>
  )
}

interface FilesBelowProps {
  dataset: Dataset
  number: number
  under: string
  narrow: (to: string) => void
  open: (file: StoredFile) => void
}

function FilesBelow({ dataset, number, under, narrow, open }: FilesBelowProps) {
  const found = useInfiniteQuery(filesQuery(dataset.id, number, under))
  return (
    <LongList
      label="Files"
      found={found}
      keyOf={(file) => file.path}
      rowHeight={37}
      empty={<Empty title="No path begins so">Paths look like 2021/may.csv; clear the field to see all files.</Empty>}
    >
      {(file) => <FileRow file={file} under={under} narrow={narrow} open={() => open(file)} />}
    </LongList>
  )
}

function Folders({ under, narrow }: { under: string; narrow: (to: string) => void }) {
  const parts = under.split('/').slice(0, -1)
  return (
    <Breadcrumbs separator="/" separatorMargin={4} aria-label="Folder">
      <Anchor component="button" type="button" onClick={() => narrow('')}>
        All files
      </Anchor>
      {parts.map((part, at) => (
        <Anchor
          key={parts.slice(0, at + 1).join('/')}
          component="button"
          type="button"
          className="break"
          onClick={() => narrow(`${parts.slice(0, at + 1).join('/')}/`)}
        >
          {part}
        </Anchor>
      ))}
    </Breadcrumbs>
  )
}

function PathFilter({ under, narrow }: { under: string; narrow: (to: string) => void }) {
  const [typed, setTyped] = useState(under)
  const ask = useDebouncedCallback(narrow, PAUSE_MS)
  return (
    <TextInput
      type="search"
      size="xs"
      w={220}
      aria-label="Path begins with"
      placeholder="Path begins with"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        ask(event.currentTarget.value)
      }}
    />
  )
}

interface FileRowProps {
  file: StoredFile
  under: string
  narrow: (to: string) => void
  open: () => void
}

function FileRow({ file, under, narrow, open }: FileRowProps) {
  const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1)
  const deeper = folder.length > under.length ? folder : ''
  return (
    <div className={classes.file}>
      <IconFile size={15} stroke={1.5} aria-hidden />
      <span className="cut">
        {deeper && (
          <Anchor component="button" type="button" c="dimmed" onClick={() => narrow(deeper)}>
            {deeper.slice(under.lastIndexOf('/') + 1)}
          </Anchor>
        )}
        <Anchor component="button" type="button" c="inherit" onClick={open}>
          {file.path.slice(deeper ? folder.length : under.lastIndexOf('/') + 1)}
        </Anchor>
      </span>
      <Text size="sm" c="dimmed" className={`${classes.kind} cut`}>
        {file.media_type}
      </Text>
      <Text size="sm" c="dimmed" ta="right" className="tabular">
        {size(file.size)}
      </Text>
    </div>
  )
}
