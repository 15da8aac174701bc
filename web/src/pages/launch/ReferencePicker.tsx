import { FileButton, Button, Group, Progress, Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset } from '@/api/client'
import { datasetQuery } from '@/pages/run/queries'
import { ProblemNote } from '@/show/Problem'
import { datasetsQuery, pathsQuery } from './datasets'
import { read, written } from './reference'
import { uploadFile } from './upload'

const TYPING_MS = 200

interface ReferencePickerProps {
  /** What is chosen, of which the fields speak: "Table". */
  title: string
  value: string
  onChange: (reference: string) => void
  required: boolean
  mediaTypes: readonly string[]
  error?: string | undefined
  /** Whether a file of the reader's computer may be brought instead. */
  uploads?: boolean
}

/** Chooses a data set, its version and a file of it, or brings a file from the reader's computer. */
export function ReferencePicker(props: ReferencePickerProps) {
  const { title, value, onChange, required, mediaTypes, error, uploads = true } = props
  const chosen = read(value)
  const dataset = useQuery({ ...datasetQuery(chosen?.dataset ?? ''), enabled: chosen !== null })
  const number = chosen?.number ?? dataset.data?.latest ?? 0
  return (
    <Stack gap={6}>
      <Group gap="xs" align="flex-end">
        <DatasetSelect
          label={title}
          required={required}
          error={error}
          chosen={dataset.data}
          onChange={(found) => onChange(found ? written({ dataset: found.id, number: found.latest }) : '')}
        />
        {chosen && (
          <>
            <VersionSelect
              title={title}
              latest={dataset.data?.latest ?? number}
              number={number}
              onChange={(next) => onChange(written({ dataset: chosen.dataset, number: next }))}
            />
            <PathSelect
              key={`${chosen.dataset} ${number}`}
              title={title}
              dataset={chosen.dataset}
              number={number}
              path={chosen.path ?? null}
              onChange={(path) => onChange(written({ dataset: chosen.dataset, number, ...(path && { path }) }))}
            />
          </>
        )}
        {uploads && <Upload title={title} mediaTypes={mediaTypes} onDone={onChange} />}
      </Group>
      {dataset.error && <ProblemNote error={dataset.error} title="This data set cannot be used" />}
    </Stack>
  )
}

interface DatasetSelectProps {
  label: string
  required: boolean
  error?: string | undefined
  chosen: Dataset | undefined
  onChange: (dataset: Dataset | null) => void
}

function DatasetSelect({ label, required, error, chosen, onChange }: DatasetSelectProps) {
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed === labelOf(chosen) ? '' : typed, TYPING_MS)
  const found = useQuery(datasetsQuery(search))
  const items = (found.data?.items ?? []).filter((item) => item.latest > 0)
  const known = chosen && !items.some((item) => item.id === chosen.id) ? [chosen, ...items] : items
  return (
    <Select
      label={label}
      withAsterisk={required}
      error={error}
      placeholder="Choose a data set"
      data={known.map((item) => ({ value: item.id, label: labelOf(item) }))}
      value={chosen?.id ?? null}
      onChange={(id) => onChange(known.find((item) => item.id === id) ?? null)}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Looking…' : 'No data set with a name that begins so'}
      clearable={!required}
      flex="2 1 14rem"
    />
  )
}

function labelOf(dataset: Dataset | undefined): string {
  return dataset?.name ?? ''
}

interface VersionSelectProps {
  title: string
  latest: number
  number: number
  onChange: (number: number) => void
}

const VERSIONS_SHOWN = 200

function VersionSelect({ title, latest, number, onChange }: VersionSelectProps) {
  const numbers = Array.from({ length: Math.min(latest, VERSIONS_SHOWN) }, (_, index) => String(latest - index))
  return (
    <Select
      label="Version"
      aria-label={`Version of ${title}`}
      data={numbers}
      value={String(number)}
      onChange={(next) => next && onChange(Number(next))}
      allowDeselect={false}
      w={90}
    />
  )
}

interface PathSelectProps {
  title: string
  dataset: string
  number: number
  path: string | null
  onChange: (path: string | null) => void
}

function PathSelect({ title, dataset, number, path, onChange }: PathSelectProps) {
  const [typed, setTyped] = useState(path ?? '')
  const [prefix] = useDebouncedValue(typed === path ? '' : typed, TYPING_MS)
  const files = useQuery(pathsQuery(dataset, number, prefix))
  const paths = files.data?.items.map((file) => file.path) ?? []
  return (
    <Select
      label="File"
      aria-label={`File of ${title}`}
      placeholder="All files"
      data={path && !paths.includes(path) ? [path, ...paths] : paths}
      value={path}
      onChange={onChange}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage="No file whose path begins so"
      clearable
      clearButtonProps={{ 'aria-label': 'All files' }}
      flex="2 1 12rem"
    />
  )
}

interface UploadProps {
  title: string
  mediaTypes: readonly string[]
  onDone: (reference: string) => void
}

function Upload({ title, mediaTypes, onDone }: UploadProps) {
  const queries = useQueryClient()
  const [part, setPart] = useState(0)
  const upload = useMutation({
    mutationFn: (file: File) => uploadFile(file, setPart),
    onSuccess: (reference) => {
      void queries.invalidateQueries({ queryKey: ['datasets'] })
      void queries.invalidateQueries({ queryKey: ['storage'] })
      onDone(reference)
    },
  })
  return (
    <>
      <FileButton
        onChange={(file) => file && upload.mutate(file)}
        accept={mediaTypes.join(',')}
        inputProps={{ 'aria-label': `File for ${title}` }}
      >
        {(props) => (
          <Button
            {...props}
            variant="default"
            leftSection={<IconUpload size={16} aria-hidden />}
            loading={upload.isPending}
            aria-label={`Upload a file for ${title}`}
          >
            Upload a file
          </Button>
        )}
      </FileButton>
      {upload.isPending && <Progress value={part * 100} w="100%" aria-label={`Upload for ${title}`} />}
      {upload.error && <ProblemNote error={upload.error} title="The file was not taken" />}
    </>
  )
}
