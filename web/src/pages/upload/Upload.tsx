import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { Dataset } from '@/api/client'
import { count, size } from '@/format/number'
import { datasetQuery } from '@/pages/dataset/queries'
import { fieldFaults } from '@/show/faults'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { nameFault, suggestedName, together, type Chosen } from '@/sending/choice'
import { DropZone } from './DropZone'
import { PayingUnit } from './PayingUnit'
import { SendingNote } from './SendingNote'
import { totalOf } from './sending'
import { useUpload } from './useUpload'
import classes from './Upload.module.css'

const SHOWN = 200
const REASONS = { name_taken: 'name', no_subscription: 'unit', no_coins: 'unit', not_found: 'unit' } as const
const route = getRouteApi('/data/$dataset/add')

/** Make a data set of files of this computer. */
export function NewData() {
  return (
    <Page title="Add data" lead="Files become the first version of a new data set; only you see it until you share it.">
      <UploadForm dataset={null} />
    </Page>
  )
}

/** Make the next version of a data set. */
export function AddFiles() {
  const { dataset: reference } = route.useParams()
  const found = useQuery(datasetQuery(reference))
  const name = found.data?.name ?? 'a data set'
  const link = (
    <PageLink to="/data/$dataset" params={{ dataset: reference }} underline="always">
      {name}
    </PageLink>
  )
  return (
    <Page
      title={`Add files to ${name}`}
      lead={<>They become the next version of {link}; earlier ones stay as they are.</>}
    >
      {found.isPending && <Loading />}
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
      {found.data && <UploadForm dataset={found.data} />}
    </Page>
  )
}

function UploadForm({ dataset }: { dataset: Dataset | null }) {
  const navigate = useNavigate()
  const [chosen, setChosen] = useState<Chosen[]>([])
  const [given, setGiven] = useState<string | null>(null)
  const [title, setTitle] = useState('')
  const [unit, setUnit] = useState('')
  const [keeps, setKeeps] = useState(true)
  const leave = useCallback(
    (made: string) => void navigate({ to: '/data/$dataset', params: { dataset: made } }),
    [navigate],
  )
  const upload = useUpload(dataset, leave)
  const name = given ?? suggestedName(chosen)
  const base = keeps && dataset ? dataset.latest : 0
  const begin = () => upload.start({ dataset, name, title, unit, base }, chosen)
  const ready = chosen.length > 0 && (dataset !== null || nameFault(name) === null)
  const { at, rest } = fieldFaults(upload.error, ['name', 'title', 'unit'], REASONS)
  useFocusFault(upload.error)
  if (upload.phase !== 'choosing') return <SendingNote upload={upload} />
  return (
    <Stack maw={760}>
      <DropZone choose={(more) => setChosen((before) => together(before, more))} />
      {chosen.length > 0 && <ChosenList chosen={chosen} clear={() => setChosen([])} />}
      {dataset === null && (
        <>
          <TextInput
            label="Name"
            description="By which tools and commands call it"
            value={name}
            error={(given !== null || chosen.length > 0 ? nameFault(name) : null) ?? at.name}
            onChange={(event) => setGiven(event.currentTarget.value)}
          />
          <TextInput
            label="Title"
            description="What people read; may be left empty"
            maxLength={200}
            value={title}
            error={at.title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <PayingUnit unit={unit} change={setUnit} fault={at.unit} />
        </>
      )}
      {dataset !== null && dataset.latest > 0 && (
        <Checkbox
          label={`Keep the other files of version ${dataset.latest}`}
          description="A chosen file takes the place of one with the same path"
          checked={keeps}
          onChange={(event) => setKeeps(event.currentTarget.checked)}
        />
      )}
      {upload.error !== null && <ProblemNote error={upload.error} faults={rest} title="Nothing was sent" />}
      <Group>
        <Button disabled={!ready} onClick={begin}>
          {dataset ? 'Add the files' : 'Make the data set'}
        </Button>
        {chosen.length === 0 && <Text c="dimmed">Choose files first.</Text>}
      </Group>
    </Stack>
  )
}

function ChosenList({ chosen, clear }: { chosen: readonly Chosen[]; clear: () => void }) {
  return (
    <section aria-label="Chosen files">
      <Group justify="space-between" mb={4}>
        <Text fw={600} className="tabular">
          {count(chosen.length, 'file')}, {size(totalOf(chosen))}
        </Text>
        <Button variant="subtle" size="compact-sm" onClick={clear}>
          Choose others
        </Button>
      </Group>
      {}
      <div className={classes.list} tabIndex={0} role="region" aria-label="Their paths">
        {chosen.slice(0, SHOWN).map(({ path, file }) => (
          <Group key={path} justify="space-between" wrap="nowrap" px="sm" py={3}>
            <Text size="sm" className="cut">
              {path}
            </Text>
            <Text size="sm" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
              {size(file.size)}
            </Text>
          </Group>
        ))}
        {chosen.length > SHOWN && (
          <Text size="sm" c="dimmed" px="sm" py={3}>
            and {count(chosen.length - SHOWN, 'more file', 'more files')}
          </Text>
        )}
      </div>
    </section>
  )
}
