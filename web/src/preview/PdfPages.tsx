import { Button, Group, Text, VisuallyHidden } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist'
import PdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker'
import { useEffect, useRef, useState } from 'react'
import { Empty, Loading } from '@/show/Page'
import classes from './Preview.module.css'

const SHARPNESS = 2 // dots of the picture for one of the page

/** The pages of a PDF, drawn by this page itself: no script or form in it is run, no link of it is followed. */
export default function PdfPages({ bytes, path, mark }: { bytes: Blob; path: string; mark: string }) {
  const opened = useQuery({
    queryKey: ['pdf', path, mark],
    queryFn: () => open(bytes),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  })
  const [number, setNumber] = useState(1)
  if (opened.error) return <Empty title="This is not a PDF that can be read">Download it to look into it.</Empty>
  if (!opened.data) return <Loading rows={5} />
  const pages = opened.data.numPages
  return (
    <>
      <Sheet document={opened.data} number={number} path={path} />
      <Group justify="center" gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={number <= 1}
          leftSection={<IconChevronLeft size={14} aria-hidden />}
          onClick={() => setNumber(number - 1)}
        >
          Page before
        </Button>
        <Text size="sm" className="tabular" role="status">
          Page {number} of {pages}
        </Text>
        <Button
          size="xs"
          variant="default"
          disabled={number >= pages}
          rightSection={<IconChevronRight size={14} aria-hidden />}
          onClick={() => setNumber(number + 1)}
        >
          Next page
        </Button>
      </Group>
    </>
  )
}

async function open(bytes: Blob): Promise<PDFDocumentProxy> {
  GlobalWorkerOptions.workerPort ??= new PdfWorker()
  const data = new Uint8Array(await bytes.arrayBuffer())
  return getDocument({ data, isEvalSupported: false, enableXfa: false, useWasm: false, useSystemFonts: true }).promise
}

function Sheet({ document, number, path }: { document: PDFDocumentProxy; number: number; path: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    const stop = new AbortController()
    void draw(document, number, canvas.current, stop.signal).then((found) => {
      if (!stop.signal.aborted) setText(found)
    })
    return () => stop.abort()
  }, [document, number])
  return (
    <div>
      {/* eslint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- nothing in it is acted on */}
      <canvas ref={canvas} className={classes.page} role="img" aria-label={`Page ${number} of ${path}`} />
      <VisuallyHidden>{text}</VisuallyHidden>
    </div>
  )
}

/** Draws a page and returns its text. */
async function draw(
  document: PDFDocumentProxy,
  number: number,
  canvas: HTMLCanvasElement | null,
  signal: AbortSignal,
): Promise<string> {
  const page = await document.getPage(number)
  if (!canvas || signal.aborted) return ''
  const wide = page.getViewport({ scale: 1 }).width
  const viewport = page.getViewport({ scale: (SHARPNESS * (canvas.clientWidth || wide)) / wide })
  canvas.width = viewport.width
  canvas.height = viewport.height
  const drawing = page.render({ canvas, viewport })
  signal.addEventListener('abort', () => drawing.cancel())
  await drawing.promise.catch(() => undefined)
  const { items } = await page.getTextContent()
  return items.map((item) => ('str' in item ? item.str : '')).join(' ')
}
