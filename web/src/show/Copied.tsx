import { ActionIcon, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

interface CopiedProps {
  text: string
  what: string
  /** What is seen of a text that is too long. */
  shown?: string
}

/** A text to be copied whole: an id, a digest. */
export function Copied({ text, what, shown = text }: CopiedProps) {
  return (
    <span className="mono break">
      {shown}{' '}
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            size="xs"
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={copied ? `${what} copied` : `Copy ${what}`}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  )
}
