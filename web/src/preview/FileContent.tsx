import { Alert, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { size } from '@/format/number'
import { Empty, Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { TableLook } from '@/show/TableLook'
import { bytesQuery } from './bytes'
import { kindOf, prettyJson, readOf, TABLE_ROWS, tableOf, TEXT_BYTES, type Kind } from './kinds'
import classes from './Preview.module.css'

const PdfPages = lazy(() => import('./PdfPages'))

interface FileContentProps {
  /** Where its bytes are. */
  address: string
  path: string
  mediaType: string
  size: number
  /** Changes with what it holds. */
  mark: string
}

/** Shows what is in a file, as text, table, image or pages; nothing of it is ever run. */
export function FileContent(file: FileContentProps) {
  const kind = kindOf(file.mediaType)
  const limit = readOf(kind, file.size)
  const possible = limit > 0 && file.size > 0
  const bytes = useQuery({ ...bytesQuery(file.address, file.mark, limit), enabled: possible })
  if (file.size === 0) return <Empty title="This file is empty" />
  if (!possible) return <Empty title="There is no preview of this file">Download it to look into it.</Empty>
  if (bytes.error) return <ProblemNote error={bytes.error} retry={() => void bytes.refetch()} />
  if (!bytes.data) return <Loading rows={5} />
  if (kind === 'image') return <Picture bytes={bytes.data} type={file.mediaType} path={file.path} />
  if (kind === 'pdf') {
    return (
      <Suspense fallback={<Loading rows={5} />}>
        <PdfPages bytes={bytes.data} path={file.path} mark={file.mark} />
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

interface WrittenProps {
  bytes: Blob
  kind: Kind
  file: FileContentProps
  cut: boolean
}

function Written({ bytes, kind, file, cut }: WrittenProps) {
  const text = useQuery({
    queryKey: ['text', file.address, file.mark],
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
        <Rows text={text.data} separator={file.mediaType === 'text/csv' ? ',' : '\t'} cut={cut} />
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
