import { ActionIcon, Button, Kbd } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'

const SearchDialog = lazy(() => import('./SearchDialog'))

/** Opens the search of everything; so does the key `/`. */
export function SearchButton() {
  const [opened, setOpened] = useState(false)
  const open = () => setOpened(true)
  useHotkeys([['/', open]])
  return (
    <>
      <Button
        variant="default"
        size="xs"
        fw={400}
        visibleFrom="sm"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">/</Kbd>}
        aria-keyshortcuts="/"
        onClick={open}
      >
        Search
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="inherit"
        size="lg"
        hiddenFrom="sm"
        aria-label="Search"
        onClick={open}
      >
        <IconSearch size={18} aria-hidden />
      </ActionIcon>
      {opened && (
        <Suspense>
          <SearchDialog close={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  )
}
