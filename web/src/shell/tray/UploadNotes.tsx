import { Group, Progress, Text } from '@mantine/core'
import { nameOfUpload, type Upload } from '@/attention/queries'
import { size } from '@/format/number'
import { PageLink } from '@/show/links'
import classes from './Tray.module.css'

/** Files that are on their way here, or whose sending was broken off. */
export function UploadNotes({ uploads, onLeave }: { uploads: readonly Upload[]; onLeave: () => void }) {
  if (uploads.length === 0) return null
  return (
    <ul className={classes.list}>
      {uploads.map((upload) => (
        <li key={upload.id} className={classes.item}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <PageLink to="/data/new" className="cut" fw={500} onClick={onLeave}>
              {nameOfUpload(upload)}
            </PageLink>
            <Text size="sm" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
              {size(upload.offset)} of {size(upload.size)}
            </Text>
          </Group>
          <Progress
            value={upload.size > 0 ? (100 * upload.offset) / upload.size : 100}
            size="sm"
            mt={4}
            aria-label={`Sent of ${nameOfUpload(upload)}`}
          />
        </li>
      ))}
    </ul>
  )
}
