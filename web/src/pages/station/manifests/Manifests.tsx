import { Box, Button, Checkbox, Group, List, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'
import { count } from '@/format/number'
import { meQuery } from '@/session/me'
import { fieldFaults } from '@/show/faults'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { useFocusFault } from '@/show/useFocusFault'
import { manifestsQuery } from '../queries'
import { StationFrame } from '../StationFrame'
import classes from '../Station.module.css'

type Manifest = components['schemas']['ManifestOut']
type Report = components['schemas']['LoadOut']

/** Where tools defined elsewhere come from, and how their last load went. */
export function StationManifests() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const found = useInfiniteQuery({ ...manifestsQuery, enabled: operator })
  const manifests = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <StationFrame title="Manifests" lead="Addresses of lists of job definitions, from which this station takes jobs.">
      <Stack gap="md">
        <LoadOne />
        <Section title="Known manifests" aside={manifests.length > 0 && <LoadAll />}>
          {found.isPending && <Loading />}
          {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
          {found.isSuccess && manifests.length === 0 && (
            <Empty title="No manifest was loaded">The jobs that came with the station are there without one.</Empty>
          )}
          {manifests.map((manifest) => (
            <Row key={manifest.id} manifest={manifest} />
          ))}
          {found.hasNextPage && (
            <Button mt="sm" variant="default" onClick={() => void found.fetchNextPage()}>
              More manifests
            </Button>
          )}
        </Section>
      </Stack>
    </StationFrame>
  )
}

function useLoaded() {
  const queries = useQueryClient()
  return async () => {
    await Promise.all([['station'], ['jobs'], ['tools']].map((queryKey) => queries.invalidateQueries({ queryKey })))
  }
}

function LoadOne() {
  const loaded = useLoaded()
  const [url, setUrl] = useState('')
  const [header, setHeader] = useState('')
  const [value, setValue] = useState('')
  const [strict, setStrict] = useState(false)
  const load = useMutation({
    mutationFn: () => {
      const headers: Record<string, string> = header.trim() ? { [header.trim()]: value } : {}
      return take(api.POST('/api/v1/tool-manifests', { body: { url: url.trim(), headers, query: {}, strict } }))
    },
    onSuccess: () => {
      setValue('')
      return loaded()
    },
  })
  const { at, rest } = fieldFaults(load.error, ['url', 'headers'])
  useFocusFault(load.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    load.mutate()
  }
  return (
    <Section title="Load a manifest">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Address"
            description="https: or file:, below a source that FIELDSTATION_TOOL_SOURCES names"
            required
            maxLength={2000}
            value={url}
            error={at.url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <Group align="flex-start" gap="sm">
            <TextInput
              label="Header that its host wants"
              placeholder="Authorization"
              autoComplete="off"
              value={header}
              error={at.headers}
              onChange={(event) => setHeader(event.currentTarget.value)}
              flex="1 1 12rem"
            />
            <TextInput
              label="Value of the header"
              type="password"
              autoComplete="off"
              disabled={!header.trim()}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              flex="2 1 14rem"
            />
            <Button type="submit" loading={load.isPending} disabled={!url.trim()} mt={21}>
              Load it
            </Button>
          </Group>
          <Checkbox
            label="Hold its files to the letter of their rules"
            checked={strict}
            onChange={(event) => setStrict(event.currentTarget.checked)}
          />
          <Text size="sm" c="dimmed">
            One that is known is loaded again, with the header and as strictly as given now. The value is kept sealed
            and never shown.
          </Text>
        </Stack>
      </form>
      <Box mt="sm">
        {load.error && <ProblemNote error={load.error} faults={rest} title="It was not loaded" />}
        {load.data && (
          <div role="status" aria-label="What was loaded">
            <Told report={load.data} />
          </div>
        )}
      </Box>
    </Section>
  )
}

function LoadAll() {
  const loaded = useLoaded()
  const load = useMutation({ mutationFn: () => take(api.POST('/api/v1/tool-manifests/load')), onSuccess: loaded })
  return (
    <Group gap="sm">
      {load.data && <Text size="sm">{sumOf(load.data)}</Text>}
      <Button size="xs" variant="default" loading={load.isPending} onClick={() => load.mutate()}>
        Load all again
      </Button>
      {load.error && <ProblemNote error={load.error} title="They were not loaded" />}
    </Group>
  )
}

function sumOf({ loaded, jobs, files }: Report): string {
  return `${loaded} of ${count(jobs, 'job')} of ${count(files, 'file')} can be used.`
}

function Told({ report }: { report: Report }) {
  const failures = [...report.manifest_failures, ...report.file_failures, ...report.job_failures]
  return (
    <div>
      <Text size="sm">{sumOf(report)}</Text>
      {failures.length > 0 && (
        <List size="sm" aria-label="What failed">
          {failures.map((failure) => (
            <List.Item key={failure} className="break">
              {failure}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  )
}

function Row({ manifest }: { manifest: Manifest }) {
  const { url, headers, query, strict, created, created_by: by, loaded, loaded_well: well, last } = manifest
  const secrets = [...headers, ...query]
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm" className={classes.line} py="xs">
      <div>
        <Text className="break mono">{url}</Text>
        <Text size="sm" c="dimmed">
          added <Time at={created} /> by {by}
          {loaded && (
            <>
              , loaded <Time at={loaded} />
            </>
          )}
          {loaded && !well && ', never without a failure'}
          {strict && ', strictly'}
          {secrets.length > 0 && `, sends ${secrets.join(', ')}`}
        </Text>
        {last && <Told report={last} />}
      </div>
      <Remove manifest={manifest} />
    </Group>
  )
}

function Remove({ manifest: { id, url } }: { manifest: Manifest }) {
  const loaded = useLoaded()
  const [opened, { open, close }] = useDisclosure(false)
  const [purge, setPurge] = useState(false)
  const params = { path: { manifest_id: id }, query: { purge } }
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/tool-manifests/{manifest_id}', { params })),
    onSuccess: loaded,
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Remove ${url}`}>
        Remove…
      </Button>
      <Question
        title="Remove this manifest?"
        text={`${url} is not read any more.`}
        verb="Remove"
        deed={remove}
        opened={opened}
        close={close}
      >
        <Checkbox
          label="Also remove the jobs that came from it alone"
          checked={purge}
          onChange={(event) => setPurge(event.currentTarget.checked)}
        />
      </Question>
    </>
  )
}
