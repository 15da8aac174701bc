import { Modal, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Dataset, StoredFile } from '@/api/client'
import { written } from '@/pages/launch/reference'
import { PageLink } from '@/show/links'
import { Empty, Loading } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { ProblemNote } from '@/show/Problem'
import { takersQuery } from './queries'

interface TakersProps {
  dataset: Pick<Dataset, 'id' | 'name'>
  number: number
  /** One file of the version; all of it where none is named. */
  file?: StoredFile | undefined
  opened: boolean
  close: () => void
}

/** The tools that take this data; each leads to its form with the input filled in. */
export function Takers({ dataset, number, file, opened, close }: TakersProps) {
  const what = file ? file.path : `${dataset.name}, version ${number}`
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={<span className="break">Run a tool on {what}</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <TakerList dataset={dataset} number={number} file={file} />}
    </Modal>
  )
}

function TakerList({ dataset, number, file }: Pick<TakersProps, 'dataset' | 'number' | 'file'>) {
  const found = useQuery(takersQuery(dataset.id, number, file?.path))
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (found.isPending) return <Loading />
  if (found.data.items.length === 0) {
    return <Empty title="No tool takes these files">A tool says which media types its inputs take.</Empty>
  }
  const reference = written({ dataset: dataset.id, number, ...(file && { path: file.path }) })
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {found.data.items.map((tool) => (
        <li key={tool.id} className="panel" style={{ padding: 'var(--mantine-spacing-sm)' }}>
          <PageLink
            to="/tools/$tool/run"
            params={{ tool: tool.name }}
            search={{ data: reference, ...(file && { type: file.media_type }) }}
            fw={600}
          >
            {tool.title || tool.name}
          </PageLink>
          <Text size="sm" c="dimmed">
            {tool.name} {tool.version}
          </Text>
          <Text size="sm" lineClamp={2}>
            <Prose text={tool.description} />
          </Text>
        </li>
      ))}
    </Stack>
  )
}
