import { Button, Menu, Text } from '@mantine/core'
import { IconChevronDown, IconKey, IconLogout, IconUser } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { Me } from '@/api/client'
import { signOut } from '@/session/me'

/** Who is signed in, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const navigate = useNavigate()
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          size="compact-md"
          leftSection={<IconUser size={17} stroke={1.6} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Account of ${me.username}`}
        >
          <Text component="span" inherit visibleFrom="sm">
            {me.username}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" px="sm" py={6}>
          <strong>{me.name ?? me.username}</strong>
          <br />
          <Text span c="dimmed" size="sm">
            {me.operator ? 'Operator of this station' : (me.email ?? 'Signed in')}
          </Text>
        </Text>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconKey size={16} stroke={1.6} aria-hidden />}
          onClick={() => void navigate({ to: '/tokens' })}
        >
          Tokens
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} aria-hidden />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
