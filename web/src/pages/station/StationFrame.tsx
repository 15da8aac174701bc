import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { meQuery } from '@/session/me'
import { PageLink } from '@/show/links'
import { Page } from '@/show/Page'
import { Visitor } from './Visitor'
import classes from './Station.module.css'

const PARTS = [
  { to: '/station', label: 'Overview' },
  { to: '/station/users', label: 'Users' },
  { to: '/station/storage', label: 'Storage' },
  { to: '/station/manifests', label: 'Manifests' },
  { to: '/station/images', label: 'Images' },
  { to: '/station/rates', label: 'Rates' },
  { to: '/station/secrets', label: 'Secrets' },
  { to: '/station/calls', label: 'Calls' },
  { to: '/station/errors', label: 'Errors' },
] as const

interface FrameProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** One of the pages for operators, with the way to the others; everybody else sees how the station is. */
export function StationFrame({ title, lead, actions, children }: FrameProps) {
  const operator = useQuery(meQuery).data?.operator ?? false
  if (!operator) return <Visitor />
  return (
    <Page title={title} lead={lead} actions={actions}>
      <nav aria-label="Station">
        <Group gap="lg" className={classes.parts}>
          {PARTS.map(({ to, label }) => (
            <PageLink
              key={to}
              to={to}
              c="inherit"
              underline="never"
              className={classes.part}
              activeOptions={{ exact: true, includeSearch: false }}
              activeProps={{ className: `${classes.part} ${classes.current}`, 'aria-current': 'page' }}
            >
              {label}
            </PageLink>
          ))}
        </Group>
      </nav>
      {children}
    </Page>
  )
}
