import { Loader, Text } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconFile, IconFolder, IconFolderOpen } from '@tabler/icons-react'
import type { TreeEntry } from '@/api/client'
import { asProblem } from '@/api/problem'
import { count, size } from '@/format/number'
import { sentence } from '@/show/words'
import { nameOf, type Row } from './rows'
import classes from './Tree.module.css'

interface TreeRowProps {
  id: string
  row: Row
  /** Pixels from the top of the tree. */
  top: number
  active: boolean
  choose: () => void
}

/** One line of the tree. The keys are those of the tree as a whole, which has the focus. */
export function TreeRow({ id, row, top, active, choose }: TreeRowProps) {
  const entry = row.kind === 'entry' ? row.entry : null
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- see above
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-selected={active}
      aria-expanded={row.kind === 'entry' && entry?.kind === 'folder' ? row.open : undefined}
      aria-posinset={row.kind === 'entry' ? row.place : undefined}
      aria-setsize={row.kind === 'entry' ? row.of : undefined}
      className={active ? `${classes.row} ${classes.active}` : classes.row}
      style={{ top, paddingInlineStart: `calc(${row.level - 1} * 18px + var(--mantine-spacing-sm))` }}
      onClick={choose}
    >
      {row.kind === 'entry' && <Entry entry={row.entry} open={row.open} />}
      {row.kind === 'more' && <Loader size="xs" aria-label="Loading more" />}
      {row.kind === 'failed' && (
        <Text size="sm" c="var(--mantine-color-error)">
          {sentence(asProblem(row.error).message)} Choose this line to try again.
        </Text>
      )}
    </div>
  )
}

function Entry({ entry, open }: { entry: TreeEntry; open: boolean }) {
  const folder = entry.kind === 'folder'
  const Chevron = open ? IconChevronDown : IconChevronRight
  const Sign = folder ? (open ? IconFolderOpen : IconFolder) : IconFile
  return (
    <>
      {folder ? <Chevron size={14} aria-hidden /> : <span className={classes.gap} />}
      <Sign size={16} stroke={1.5} aria-hidden className={folder ? classes.folder : classes.file} />
      <span className={`${classes.name} cut`}>{nameOf(entry.path)}</span>
      <span className={`${classes.kind} cut`}>{folder ? below(entry) : entry.media_type}</span>
      <span className={`${classes.size} tabular`}>
        {entry.more ? '> ' : ''}
        {size(entry.size)}
      </span>
    </>
  )
}

function below(entry: TreeEntry): string {
  const files = count(entry.files ?? 0, 'file')
  return entry.more ? `more than ${files}` : files
}
