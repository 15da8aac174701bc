import { Loader, Modal, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState, type KeyboardEvent } from 'react'
import { ProblemNote } from '@/show/Problem'
import { State } from '@/show/State'
import { Time } from '@/show/Time'
import { groupsOf, searchQuery, stepped, type Group, type Hit } from './results'
import classes from './Search.module.css'

const PAUSE_MS = 150
const LIST = 'search-results'

/** One field for everything: data sets, tools and runs that one may see. */
export default function SearchDialog({ close }: { close: () => void }) {
  const router = useRouter()
  const [typed, setTyped] = useState('')
  const [text] = useDebouncedValue(typed.trim(), PAUSE_MS)
  const found = useQuery(searchQuery(text))
  const [active, setActive] = useState(0)
  const groups = text && found.data ? groupsOf(found.data) : []
  const hits = groups.flatMap((group) => group.hits)
  const at = Math.min(active, hits.length - 1)
  const go = (hit: Hit | undefined) => {
    if (!hit) return
    close()
    void router.navigate({ to: hit.to })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      go(hits[at])
      return
    }
    const next = stepped(event.key, at, hits.length)
    if (next === null) return
    event.preventDefault()
    setActive(next)
    document.getElementById(optionId(hits[next]))?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Modal.Root opened onClose={close} padding={0} size="lg" yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Search">
        <TextInput
          data-autofocus
          variant="unstyled"
          size="md"
          className={classes.field}
          aria-label="Search data sets, tools and runs"
          placeholder="Search data sets, tools and runs"
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={found.isFetching ? <Loader size="xs" aria-label="Searching" /> : null}
          value={typed}
          maxLength={200}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setActive(0)
          }}
          onKeyDown={press}
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={hits[at] ? optionId(hits[at]) : undefined}
        />
        {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
        <div id={LIST} role="listbox" aria-label="What was found" className={classes.list} hidden={hits.length === 0}>
          {groups.map((group) => (
            <Hits key={group.title} group={group} chosen={hits[at]} go={go} />
          ))}
        </div>
        <Text size="sm" c="dimmed" px="md" py={hits.length > 0 ? 0 : 'sm'} role="status">
          {says(text, found.isPending, hits.length)}
        </Text>
      </Modal.Content>
    </Modal.Root>
  )
}

function Hits({ group, chosen, go }: { group: Group; chosen: Hit | undefined; go: (hit: Hit) => void }) {
  return (
    <div role="group" aria-label={group.title}>
      <Text size="xs" fw={600} c="dimmed" className={classes.title} aria-hidden>
        {group.title}
      </Text>
      {group.hits.map((hit) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field has the focus and its keys
        <div
          key={hit.key}
          id={optionId(hit)}
          role="option"
          aria-selected={hit === chosen}
          className={hit === chosen ? `${classes.hit} ${classes.chosen}` : classes.hit}
          onClick={() => go(hit)}
        >
          <span className={`${classes.name} cut`}>{hit.name}</span>
          <span className={`${classes.about} cut`}>{hit.about}</span>
          {hit.state && <State state={hit.state} />}
          {hit.at && (
            <span className={classes.about}>
              <Time at={hit.at} />
            </span>
          )}
        </div>
      ))}
    </div>
  )
}

function optionId(hit: Hit | undefined): string {
  return `found-${hit?.key ?? ''}`
}

function says(text: string, pending: boolean, many: number): string {
  if (!text) return 'Words of a name, a title or a label, or an id. Arrow keys choose, Enter opens.'
  if (pending) return 'Searching'
  return many === 0 ? 'Nothing that you may see has these words.' : ''
}
