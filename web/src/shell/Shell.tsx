import { AppShell, Burger, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Outlet } from '@tanstack/react-router'
import type { Me } from '@/api/client'
import { SearchButton } from '@/search/SearchButton'
import { PageLink } from '@/show/links'
import { ActingNote } from './ActingNote'
import { Mark } from './Mark'
import { Navigation } from './Navigation'
import { OfflineNote } from './OfflineNote'
import { ThemeSwitch } from './ThemeSwitch'
import { TrayButton } from './tray/TrayButton'
import { UserMenu } from './UserMenu'
import classes from './Shell.module.css'

/** The frame of every page: skip link, header, navigation, content. */
export function Shell({ me }: { me: Me }) {
  const [open, { toggle, close }] = useDisclosure(false)
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 176, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? 'Close navigation' : 'Open navigation'}
              aria-expanded={open}
            />
            <PageLink to="/" underline="never" c="inherit" className={classes.name}>
              <Mark />
              <Text fw={650}>Fieldstation</Text>
            </PageLink>
          </Group>
          <Group gap={4} wrap="nowrap">
            <TrayButton />
            <SearchButton />
            <ThemeSwitch />
            <UserMenu me={me} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={classes.navbar} aria-label="Main">
        <Navigation me={me} onLeave={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <OfflineNote />
        <ActingNote me={me} />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}
