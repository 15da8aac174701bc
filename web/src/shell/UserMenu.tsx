import { Badge, Button, Menu, Text } from '@mantine/core'
import {
  IconChevronDown,
  IconKey,
  IconListDetails,
  IconLogout,
  IconShield,
  IconShieldOff,
  IconUser,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, take, type Me } from '@/api/client'
import { actingQuery } from '@/session/acting'
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
          {me.operator && <AdminSign />}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" px="sm" py={6}>
          <strong>{me.name ?? me.username}</strong>
          <br />
          <Text span c="dimmed" size="sm">
            {standing(me)}
          </Text>
        </Text>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconKey size={16} stroke={1.6} aria-hidden />}
          onClick={() => void navigate({ to: '/tokens' })}
        >
          Tokens
        </Menu.Item>
        <Menu.Item
          leftSection={<IconListDetails size={16} stroke={1.6} aria-hidden />}
          onClick={() => void navigate({ to: '/calls' })}
        >
          Your API calls
        </Menu.Item>
        {me.operator && <AdminSwitch />}
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} aria-hidden />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function standing(me: Me): string {
  if (me.acted_by) return `${me.acted_by} acts as them`
  return me.operator ? 'Operator of this station' : (me.email ?? 'Signed in')
}

/** Says that an operator took up what operators may at the Data Manager's interface. */
function AdminSign() {
  const acting = useQuery(actingQuery).data
  if (!acting?.admin) return null
  return (
    <Badge size="sm" variant="filled" ml={6} tt="none">
      admin
    </Badge>
  )
}

/** Takes up what operators may there, or lays it down. */
function AdminSwitch() {
  const queries = useQueryClient()
  const acting = useQuery(actingQuery).data
  const change = useMutation({
    mutationFn: (admin: boolean) => take(api.PATCH('/api/v1/acting', { body: { admin } })),
    onSuccess: (now) => queries.setQueryData(actingQuery.queryKey, now),
  })
  if (!acting) return null
  const Sign = acting.admin ? IconShieldOff : IconShield
  return (
    <Menu.Item
      leftSection={<Sign size={16} stroke={1.6} aria-hidden />}
      closeMenuOnClick={false}
      disabled={change.isPending}
      onClick={() => change.mutate(!acting.admin)}
    >
      {acting.admin ? 'Be no admin at the Data Manager' : 'Be admin at the Data Manager'}
    </Menu.Item>
  )
}
