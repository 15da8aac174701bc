import { Button, Group, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ProjectFile } from '@/api/client'
import { problemFrom, unreachable } from '@/api/problem'
import { size } from '@/format/number'
import { FileContent } from '@/preview/FileContent'
import { PageLink } from '@/show/links'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { projectFileAddress } from './address'

interface Told {
  size: number
  mediaType: string
  mark: string
}

/** Looks into a file of a project; `known` is what the list of its folder says, if it has come so far. */
export function LookInto({ project, path, known }: { project: string; path: string; known: ProjectFile | undefined }) {
  const address = projectFileAddress(project, path)
  const asked = useQuery({
    queryKey: ['project-files', project, 'head', path],
    queryFn: ({ signal }) => told(address, signal),
    enabled: !known,
  })
  const file: Told | undefined = known
    ? { size: known.size ?? 0, mediaType: known.media_type ?? '', mark: `${known.modified} ${String(known.size)}` }
    : asked.data
  if (asked.error && !file) return <ProblemNote error={asked.error} retry={() => void asked.refetch()} />
  if (!file) return <Loading />
  return (
    <Stack>
      <Group justify="space-between" gap="xs">
        <Text c="dimmed" className="tabular">
          {file.mediaType} · {size(file.size)}
          {known && (
            <>
              {known.owner && ` · of ${known.owner}`} · changed <Time at={known.modified} />
            </>
          )}
        </Text>
        <Button
          component="a"
          href={address}
          download={path.slice(path.lastIndexOf('/') + 1)}
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download
        </Button>
      </Group>
      {known?.managed && (
        <Text size="sm">
          A copy of {known.managed.path} of{' '}
          <PageLink
            to="/data/$dataset"
            params={{ dataset: known.managed.dataset }}
            search={{ version: known.managed.number, file: known.managed.path }}
          >
            version {known.managed.number} of a data set
          </PageLink>
          {known.managed.immutable && '; nobody may change it here'}.
        </Text>
      )}
      <FileContent address={address} path={path} {...file} />
    </Stack>
  )
}

/** What the station says of a file, by its first byte: an answer to HEAD would not say why it was refused. */
async function told(address: string, signal: AbortSignal): Promise<Told> {
  const answer = await fetch(address, { headers: { Range: 'bytes=0-0' }, signal }).catch(() => {
    throw unreachable()
  })
  if (!answer.ok && answer.status !== 416) throw problemFrom(answer.status, await answer.json().catch(() => undefined))
  const total = answer.headers.get('content-range')?.split('/')[1]
  return {
    size: Number(total ?? answer.headers.get('content-length') ?? 0),
    mediaType: answer.headers.get('content-type')?.split(';')[0] ?? '',
    mark: answer.headers.get('etag') ?? '',
  }
}
