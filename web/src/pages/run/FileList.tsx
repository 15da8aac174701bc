import { ActionIcon, Box, Button, Group, Stack, Text } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { StoredFile } from '@/api/client'
import { problemFrom } from '@/api/problem'
import { size } from '@/format/number'
import { tableOf } from '@/preview/kinds'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { firstLook, lookOf, separatorOf, TEXT_BYTES } from './previews'
import { fileAddress } from './queries'
import { TableLook } from '@/show/TableLook'
import classes from './FileList.module.css'

interface FileListProps {
  dataset: string
  number: number
  files: readonly StoredFile[]
}

/** Files with their sizes; one of them can be looked at. */
export function FileList({ dataset, number, files }: FileListProps) {
  const [chosen, setChosen] = useState<string | null | undefined>(undefined)
  const open = chosen === undefined ? firstLook(files) : chosen
  return (
    <Stack gap={0} component="ul" className={classes.list}>
      {files.map((file) => (
        <li key={file.path} className={classes.file}>
          <Group gap="xs" wrap="nowrap">
            <Box flex={1} miw={0}>
              <Opener file={file} open={open === file.path} onOpen={setChosen} />
            </Box>
            <Text size="sm" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
              {size(file.size)}
            </Text>
            <ActionIcon
              component="a"
              href={fileAddress(dataset, number, file.path)}
              download
              variant="subtle"
              aria-label={`Download ${file.path}`}
            >
              <IconDownload size={16} aria-hidden />
            </ActionIcon>
          </Group>
          {open === file.path && <Look file={file} address={fileAddress(dataset, number, file.path)} />}
        </li>
      ))}
    </Stack>
  )
}

function Opener({ file, open, onOpen }: { file: StoredFile; open: boolean; onOpen: (path: string | null) => void }) {
  if (!lookOf(file)) return <Text className="break">{file.path}</Text>
  const Chevron = open ? IconChevronDown : IconChevronRight
  return (
    <Button
      variant="transparent"
      c="inherit"
      px={0}
      size="compact-md"
      fw={400}
      maw="100%"
      aria-expanded={open}
      leftSection={<Chevron size={15} aria-hidden />}
      onClick={() => onOpen(open ? null : file.path)}
    >
      {file.path}
    </Button>
  )
}

function Look({ file, address }: { file: StoredFile; address: string }) {
  if (lookOf(file) === 'text') return <TextLook file={file} address={address} />
  return (
    <a href={address} target="_blank" rel="noreferrer" className={classes.picture}>
      <img src={address} alt={file.path} />
    </a>
  )
}

function TextLook({ file, address }: { file: StoredFile; address: string }) {
  const text = useQuery({
    queryKey: ['text', address],
    queryFn: ({ signal }) => readStart(address, signal),
    staleTime: Infinity,
  })
  if (text.error) return <ProblemNote error={text.error} />
  if (text.data === undefined) return <Loading />
  const cut = file.size > TEXT_BYTES
  const separator = separatorOf(file)
  return (
    <>
      {separator ? (
        <TableLook
          label={`Beginning of ${file.path}`}
          className={classes.table}
          rows={tableOf(text.data, separator, cut)}
        />
      ) : (
        // A region that scrolls has to be reached by the keyboard.
        <pre className={classes.text} tabIndex={0} role="region" aria-label={`Beginning of ${file.path}`}>
          {text.data}
        </pre>
      )}
      {cut && (
        <Text size="sm" c="dimmed">
          The first {size(TEXT_BYTES)} of {size(file.size)}
        </Text>
      )}
    </>
  )
}

async function readStart(address: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(address, { headers: { Range: `bytes=0-${TEXT_BYTES - 1}` }, signal })
  if (answer.status === 416) return ''
  if (!answer.ok) throw problemFrom(answer.status, await answer.json().catch(() => null))
  return answer.text()
}
