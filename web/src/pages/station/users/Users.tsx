import { Badge, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { size } from '@/format/number'
import { meQuery } from '@/session/me'
import { LongList } from '@/show/LongList'
import { Empty, Section } from '@/show/Page'
import { Time } from '@/show/Time'
import { usersQuery, type User } from '../queries'
import { StationFrame } from '../StationFrame'
import { NewUser } from './NewUser'
import { UserActions } from './UserActions'
import classes from '../Station.module.css'

/** Everybody who may come in, and what an operator may do about them. */
export function StationUsers() {
  const me = useQuery(meQuery).data
  const users = useInfiniteQuery({ ...usersQuery, enabled: me?.operator ?? false })
  return (
    <StationFrame title="Users">
      <NewUser />
      <Section title="All users">
        <LongList
          label="Users"
          found={users}
          keyOf={(user) => user.id}
          rowHeight={52}
          empty={<Empty title="There is nobody yet" />}
        >
          {(user) => <Row user={user} own={user.id === me?.id} />}
        </LongList>
      </Section>
    </StationFrame>
  )
}

function Row({ user, own }: { user: User; own: boolean }) {
  return (
    <div className={classes.row}>
      <div>
        <Text component="span" fw={600} className="break" mr={8}>
          {user.username}
        </Text>
        {user.operator && (
          <Badge variant="default" tt="none" fw={500} mr={8}>
            operator
          </Badge>
        )}
        {user.suspended && (
          <Text span c="var(--field-bad)" size="sm">
            suspended <Time at={user.suspended} />
          </Text>
        )}
      </div>
      <Text size="sm" className={`${classes.wide} break`}>
        {[user.name, user.email].filter(Boolean).join(', ')}
      </Text>
      <Text size="sm" c="dimmed" className={`${classes.wide} tabular`} ta="right">
        {user.quota_bytes === undefined || user.quota_bytes === null ? 'usual quota' : size(user.quota_bytes)}
      </Text>
      <Text size="sm" c="dimmed" className={classes.wide} ta="right">
        <Time at={user.created} />
      </Text>
      <UserActions user={user} own={own} />
    </div>
  )
}
