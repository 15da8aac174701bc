import {
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
  { to: '/tasks', label: 'Tasks', icon: IconListCheck, exact: false, operators: false },
  { to: '/station', label: 'Station', icon: IconServer, exact: false, operators: true },
] as const

export function Navigation({ operator, onLeave }: { operator: boolean; onLeave: () => void }) {
  return PARTS.filter((part) => operator || !part.operators).map(({ to, label, icon: Icon, exact }) => (
    <NavigationLink
      key={to}
      to={to}
      label={label}
      leftSection={<Icon size={17} stroke={1.6} aria-hidden />}
      activeOptions={{ exact, includeSearch: false }}
      activeProps={{ active: true, variant: 'light' }}
      onClick={onLeave}
    />
  ))
}
