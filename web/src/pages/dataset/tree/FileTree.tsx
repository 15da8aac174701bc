import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { ProblemNote } from '@/show/Problem'
import { Loading } from '@/show/Page'
import { moveOf, wayTo, type Row } from './rows'
import { TreeRow } from './TreeRow'
import { useTree } from './useTree'
import classes from './Tree.module.css'

const ROW_HEIGHT = 33

interface FileTreeProps {
  dataset: string
  number: number
  /** The folder or file that the address names: the way to it is open. */
  at: string
  onFolder: (path: string) => void
  onFile: (path: string) => void
}

/** The files of a version as a tree: folders open on demand, and only the rows on screen are in the page. */
export function FileTree({ dataset, number, at, onFolder, onFile }: FileTreeProps) {
  const tree = useTree(dataset, number, at)
  const { rows } = tree
  const [active, setActive] = useState(at)
  const current = Math.max(
    0,
    rows.findIndex((row) => row.key === active),
  )
  const { list, shown, total, offset, scrollTo } = useRowsInSight(rows)
  useNextPages(rows, shown, tree.more)

  const go = (index: number) => {
    setActive(rows[index]?.key ?? '')
    scrollTo(index)
  }
  const choose = (index: number) => {
    const row = rows[index]
    setActive(row?.key ?? '')
    if (row?.kind === 'failed') {
      tree.more(row.folder)
      return
    }
    if (row?.kind !== 'entry') return
    if (row.entry.kind === 'file') {
      onFile(row.entry.path)
      return
    }
    if (row.open) tree.close(row.entry.path)
    else tree.open(row.entry.path)
    onFolder(row.open ? (wayTo(row.entry.path).at(-2) ?? '') : row.entry.path)
  }
  const press = (event: KeyboardEvent) => {
    const move = moveOf(event.key, current, rows)
    if (!move) return
    event.preventDefault()
    if ('go' in move) go(move.go)
    else choose(current)
  }
  const [first] = rows
  if (rows.length === 1 && first?.kind === 'more') return <Loading rows={6} />
  if (rows.length === 1 && first?.kind === 'failed') {
    return <ProblemNote error={first.error} retry={() => tree.more('')} />
  }
  return (
    <div
      ref={list}
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={shown.some((row) => row.index === current) ? `tree-${current}` : undefined}
      onKeyDown={press}
      className={classes.tree}
      style={{ height: total }}
    >
      {shown.map(({ index, start }) => {
        const row = rows[index]
        return row ? (
          <TreeRow
            key={row.key}
            id={`tree-${index}`}
            row={row}
            top={start - offset}
            active={index === current}
            choose={() => choose(index)}
          />
        ) : null
      })}
    </div>
  )
}

/** Which rows are on screen, where they stand, and how to bring one there. */
function useRowsInSight(rows: readonly Row[]) {
  const list = useRef<HTMLDivElement>(null)
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => {
    const top = list.current?.getBoundingClientRect().top
    if (top !== undefined) setAbove(top + window.scrollY)
  }, [rows.length])
  const inSight = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: above,
    getItemKey: (index) => rows[index]?.key ?? index,
  })
  return {
    list,
    shown: inSight.getVirtualItems(),
    total: inSight.getTotalSize(),
    offset: above,
    scrollTo: (index: number) => inSight.scrollToIndex(index),
  }
}

/** Asks for the next page of a folder once the row that stands for it is on screen. */
function useNextPages(rows: readonly Row[], shown: readonly { index: number }[], more: (folder: string) => void): void {
  const wanted = shown.map(({ index }) => rows[index]).find((row) => row?.kind === 'more')
  const folder = wanted?.kind === 'more' ? wanted.folder : null
  useEffect(() => {
    if (folder !== null) more(folder)
  }, [folder, more])
}
