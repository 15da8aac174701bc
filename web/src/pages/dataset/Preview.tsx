import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import type { Dataset, StoredFile } from '@/api/client'
import { size } from '@/format/number'
import { Copied } from '@/show/Copied'
import { Empty, Loading } from '@/show/Page'
import { TableLook } from '@/show/TableLook'
import { ProblemNote } from '@/show/Problem'
import { may } from './may'
import { fileAddress, kindOf, prettyJson, readOf, TABLE_ROWS, tableOf, TEXT_BYTES, type Kind } from './preview'
import { bytesQuery, fileQuery } from './queries'
import { Takers } from './Takers'
import classes from './Dataset.module.css'

const PdfPages = lazy(() => import('./PdfPages'))

interface PreviewProps {
  dataset: Dataset
  number: number
  path: string
}

/** Looks into a file: as text, table or image; nothing of it is ever run. */
export function Preview({ dataset, number, path }: PreviewProps) {
  const [choosing, tools] = useDisclosure(false)
  const found = useQuery(fileQuery(dataset.id, number, path))
  if (found.isPending) return <Loading />
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Empty title="This version has no such file">Another version may have it.</Empty>
  const file = found.data
  return (
    <Stack>
      <Group justify="space-between" gap="xs">
        <Text c="dimmed" className="tabular">
          {file.media_type} · {size(file.size)}
        </Text>
        {may(dataset, 'dataset:compute') && (
          <Button
            size="xs"
            variant="default"
            ml="auto"
            leftSection={<IconPlayerPlay size={15} aria-hidden />}
            onClick={tools.open}
          >
            Run a tool on this file
          </Button>
        )}
        <Takers dataset={dataset} number={number} file={file} opened={choosing} close={tools.close} />
        <Button
          component="a"
          href={fileAddress(dataset.id, number, path)}
          download={path.slice(path.lastIndexOf('/') + 1)}
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download
        </Button>
      </Group>
      <Content dataset={dataset.id} number={number} file={file} />
      <Text size="sm" c="dimmed" component="div">
        SHA-256 <Copied text={file.sha256} what="SHA-256" />
      </Text>
    </Stack>
  )
}

function Content({ dataset, number, file }: { dataset: string; number: number; file: StoredFile }) {
  const kind = kindOf(file.media_type)
  const limit = readOf(kind, file.size)
  const possible = limit > 0 && file.size > 0
  const bytes = useQuery({ ...bytesQuery(dataset, number, file.path, limit), enabled: possible })
  if (file.size === 0) return <Empty title="This file is empty" />
  if (!possible) return <Empty title="There is no preview of this file">Download it to look into it.</Empty>
  if (bytes.error) return <ProblemNote error={bytes.error} retry={() => void bytes.refetch()} />
  if (!bytes.data) return <Loading rows={5} />
  if (kind === 'image') return <Picture bytes={bytes.data} type={file.media_type} path={file.path} />
  if (kind === 'pdf') {
    return (
      <Suspense fallback={<Loading rows={5} />}>
        <PdfPages bytes={bytes.data} path={file.path} sha256={file.sha256} />
      </Suspense>
    )
  }
  return <Written bytes={bytes.data} kind={kind} file={file} cut={file.size > limit} />
}

/** An image by an address that only this page knows; a drawing in an image element runs no script. */
function Picture({ bytes, type, path }: { bytes: Blob; type: string; path: string }) {
  const [address, setAddress] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }))
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the address lives as long as what shows it
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes, type])
  return address ? <img src={address} alt={path} className={classes.image} /> : null
}

function Written({ bytes, kind, file, cut }: { bytes: Blob; kind: Kind; file: StoredFile; cut: boolean }) {
  const text = useQuery({
    queryKey: ['text', file.sha256],
    queryFn: () => bytes.text(),
    staleTime: Infinity,
    gcTime: 60_000,
  })
  if (text.data === undefined) return <Loading />
  return (
    <>
      {cut && (
        <Alert color="gray" variant="outline">
          This is the beginning, {size(TEXT_BYTES)} of {size(file.size)}.
        </Alert>
      )}
      {kind === 'table' ? (
        <Rows text={text.data} separator={file.media_type === 'text/csv' ? ',' : '\t'} cut={cut} />
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reachable by keyboard
        <pre className={classes.text} tabIndex={0} aria-label={`Contents of ${file.path}`}>
          {kind === 'json' && !cut ? prettyJson(text.data) : text.data}
        </pre>
      )}
    </>
  )
}

function Rows({ text, separator, cut }: { text: string; separator: ',' | '\t'; cut: boolean }) {
  const rows = tableOf(text, separator, cut)
  return (
    <>
      <TableLook label="Table" className={classes.table} rows={rows} />
      {rows.length > TABLE_ROWS && (
        <Text size="sm" c="dimmed">
          The first {TABLE_ROWS} rows.
        </Text>
      )}
    </>
  )
}
