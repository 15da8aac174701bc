import { IconDatabase, IconHome, IconPlayerPlay, IconTool } from '@tabler/icons-react'
import { NavigationLink } from '@/show/links'

/** The parts of the console; only those that there are. */
const PARTS = [
  { to: '/', label: 'Home', icon: IconHome, exact: true },
  { to: '/data', label: 'Data', icon: IconDatabase, exact: false },
  { to: '/tools', label: 'Tools', icon: IconTool, exact: false },
  { to: '/runs', label: 'Runs', icon: IconPlayerPlay, exact: false },
] as const

export function Navigation({ onLeave }: { onLeave: () => void }) {
  return PARTS.map(({ to, label, icon: Icon, exact }) => (
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
