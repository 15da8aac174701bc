import { Alert } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useReachable } from '@/live/news'

/** Says that what is shown may be old, for as long as the station does not answer. */
export function OfflineNote() {
  const reachable = useReachable()
  if (reachable) return null
  return (
    <Alert color="yellow" variant="outline" mb="md" icon={<IconPlugConnectedX aria-hidden />} role="status">
      The station does not answer. What you see may be old; the page goes on by itself when it is back.
    </Alert>
  )
}
