import { Badge } from '@mantine/core'
import {
  IconActivity,
  IconDatabase,
  IconFolder,
  IconHexagons,
  IconHome,
  IconListCheck,
  IconPlayerPlay,
  IconRoute,
  IconServer,
  IconTool,
  IconUsersGroup,
} from '@tabler/icons-react'
import type { Me } from '@/api/client'
import { useUnread } from '@/pages/activity/unread'
import { NavigationLink } from '@/show/links'

/** The parts of the console; only those that there are. */
const PARTS = [
  { to: '/', label: 'Home', icon: IconHome, exact: true, operators: false },
  { to: '/data', label: 'Data', icon: IconDatabase, exact: false, operators: false },
  { to: '/molecules', label: 'Molecules', icon: IconHexagons, exact: false, operators: false },
  { to: '/projects', label: 'Projects', icon: IconFolder, exact: false, operators: false },
  { to: '/tools', label: 'Tools', icon: IconTool, exact: false, operators: false },
  { to: '/workflows', label: 'Workflows', icon: IconRoute, exact: false, operators: false },
  { to: '/runs', label: 'Runs', icon: IconPlayerPlay, exact: false, operators: false },
  { to: '/organisations', label: 'Organisations', icon: IconUsersGroup, exact: false, operators: false },
  { to: '/activity', label: 'Activity', icon: IconActivity, exact: false, operators: false },
  { to: '/tasks', label: 'Tasks', icon: IconListCheck, exact: false, operators: false },
  { to: '/station', label: 'Station', icon: IconServer, exact: false, operators: true },
] as const

export function Navigation({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const unread = useUnread(me)
  return PARTS.filter((part) => me.operator || !part.operators).map(({ to, label, icon: Icon, exact }) => (
    <NavigationLink
      key={to}
      to={to}
      label={label}
      leftSection={<Icon size={17} stroke={1.6} aria-hidden />}
      rightSection={to === '/activity' && unread ? <New count={unread} /> : undefined}
      activeOptions={{ exact, includeSearch: false }}
      activeProps={{ active: true, variant: 'light' }}
      onClick={onLeave}
    />
  ))
}

/** How much is new. */
function New({ count }: { count: string }) {
  return (
    <Badge size="sm" variant="filled" aria-label={`${count} new`}>
      {count}
    </Badge>
  )
}
