import { Button, Group, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState, type SyntheticEvent } from 'react'
import type { FoundMolecule } from '@/api/client'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty, Page } from '@/show/Page'
import { MoleculeRow } from './Molecule'
import { foundQuery } from './queries'
import { LEAST, readMoleculeSearch, THRESHOLD, type Kind, type MoleculeSearch } from './search'

const route = getRouteApi('/molecules')
const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'substructure', label: 'Substructure' },
  { value: 'similar', label: 'Similar' },
  { value: 'exact', label: 'Exact' },
]
const WRITTEN: Record<Kind, string> = {
  substructure: 'A part of molecules, as SMARTS or SMILES',
  similar: 'A molecule, as SMILES or InChI',
  exact: 'A molecule, as SMILES, InChI or InChIKey',
}

/** Molecules found by their structure in every data set that the reader may read. */
export function Molecules() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(foundQuery(search))
  const { fetchNextPage, hasNextPage, isFetching, isError } = found
  const shown = found.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0
  const last = found.data?.pages.at(-1)?.items.length ?? 0
  useEffect(() => {
    if (hasNextPage && last === 0 && !isFetching && !isError) void fetchNextPage()
  }, [hasNextPage, last, isFetching, isError, fetchNextPage])
  return (
    <Page title="Molecules" lead="Found by structure in every data set that you may read.">
      <SearchForm
        key={JSON.stringify(search)}
        search={search}
        ask={(next) => void navigate({ search: readMoleculeSearch({ ...next }) })}
      />
      {search.q ? (
        <section className="panel" aria-label="Found">
          <LongList
            label="Molecules found"
            found={found}
            keyOf={(one) => `${one.dataset}/${String(one.version)}/${one.path}/${String(one.index)}`}
            rowHeight={177}
            empty={<Nothing looking={hasNextPage || isFetching} />}
          >
            {(one) => <FoundRow molecule={one} search={search} />}
          </LongList>
          <Text role="status" size="sm" c="dimmed" p="xs">
            {found.isSuccess && shown > 0 && `${String(shown)}${hasNextPage ? ' or more' : ''} found`}
          </Text>
        </section>
      ) : (
        <Empty title="Search for a structure">
          Write one above. Data sets whose molecules were read have them under Molecules on their own page.
        </Empty>
      )}
    </Page>
  )
}

function SearchForm({ search, ask }: { search: MoleculeSearch; ask: (next: MoleculeSearch) => void }) {
  const [kind, setKind] = useState<Kind>(search.kind ?? 'substructure')
  const [text, setText] = useState(search.q ?? '')
  const [threshold, setThreshold] = useState<string | number>(search.threshold ?? THRESHOLD)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    ask({ kind, q: text, threshold: Number(threshold) })
  }
  return (
    <form onSubmit={submit} role="search" aria-label="Search molecules">
      <Stack gap="sm">
        <SegmentedControl aria-label="Kind of search" data={[...KINDS]} value={kind} onChange={setKind} maw={420} />
        <Group align="flex-end" gap="sm">
          <TextInput
            type="search"
            label={WRITTEN[kind]}
            placeholder="c1ccccc1C(=O)O"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            flex="1 1 16rem"
            maw={640}
            spellCheck={false}
            autoComplete="off"
          />
          {kind === 'similar' && (
            <NumberInput
              label="Least similarity"
              min={LEAST}
              max={1}
              step={0.05}
              decimalScale={2}
              value={threshold}
              onChange={setThreshold}
              w={130}
            />
          )}
          <Button type="submit" leftSection={<IconSearch size={16} aria-hidden />} disabled={text.trim() === ''}>
            Search
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function FoundRow({ molecule, search }: { molecule: FoundMolecule; search: MoleculeSearch }) {
  const part = (search.kind ?? 'substructure') === 'substructure' ? search.q : undefined
  return (
    <MoleculeRow
      molecule={molecule}
      {...(part ? { part } : {})}
      aside={
        <>
          {molecule.similarity != null && `similarity ${molecule.similarity.toFixed(2)} · `}
          <PageLink
            to="/data/$dataset"
            params={{ dataset: molecule.dataset }}
            search={{ version: molecule.version, tab: 'molecules' }}
            inherit
          >
            {molecule.dataset_name}, version {molecule.version}
          </PageLink>
          {` · ${molecule.path}, line ${String(molecule.line)}`}
        </>
      }
    />
  )
}

function Nothing({ looking }: { looking: boolean }) {
  if (looking) return <Empty title="Nothing yet; still looking" />
  return (
    <Empty title="No molecule that you may see is like that">
      Only data sets whose molecules were read are looked through.
    </Empty>
  )
}
