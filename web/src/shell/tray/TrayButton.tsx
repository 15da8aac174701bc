import { ActionIcon, Indicator, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { badge, endedSince, spoken } from '@/attention/changes'
import { useLook } from '@/attention/look'
import { attentionQuery, type Attention } from '@/attention/queries'
import { count } from '@/format/number'
import { usePolling } from '@/live/news'

const Tray = lazy(() => import('./Tray').then((module) => ({ default: module.Tray })))

/** Opens the list of what goes on and what ended; tells at a glance, and aloud, that something did. */
export function TrayButton() {
  const [open, { open: show, close }] = useDisclosure(false)
  const [wanted, setWanted] = useState(false)
  const poll = usePolling()
  const attention = useQuery({ ...attentionQuery, refetchInterval: poll })
  const look = useLook()
  const unread = attention.data?.unread ?? 0
  const active = attention.data?.under_way.length ?? 0
  const label = `Activity: ${count(active, 'run')} under way, ${badge(unread)} unread`
  return (
    <>
      <Indicator
        inline
        disabled={unread === 0}
        label={badge(unread)}
        size={16}
        offset={7}
        color="var(--field-badge)"
        styles={{ indicator: { color: 'var(--field-badge-text)' } }}
        processing={active > 0}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          size="lg"
          aria-label={label}
          aria-haspopup="dialog"
          onClick={() => {
            setWanted(true)
            show()
          }}
        >
          <IconBell size={18} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Indicator>
      <Announcer attention={attention.data} />
      {wanted && (
        <Suspense>
          <Tray
            opened={open}
            attention={attention}
            onClose={() => {
              close()
              if (unread > 0) look()
            }}
          />
        </Suspense>
      )}
    </>
  )
}

/** Says politely what ended while the page is open. */
function Announcer({ attention }: { attention: Attention | undefined }) {
  const before = useRef<Attention>(undefined)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (!attention) return
    const ended = endedSince(before.current, attention)
    before.current = attention
    if (ended.length > 0) setSaid(spoken(ended))
  }, [attention])
  return (
    <VisuallyHidden role="status" aria-label="What ended">
      {said}
    </VisuallyHidden>
  )
}
