import { Button, Group, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Run } from '@/api/client'
import { count } from '@/format/number'
import { ButtonLink, PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { FileList } from './FileList'
import { archiveAddress, filesQuery } from './queries'

/** The version that a run made, with what its files look like. */
export function Outputs({ output }: { output: NonNullable<Run['output']> }) {
  const { dataset, number, name, title } = output
  const files = useQuery(filesQuery(dataset, number))
  return (
    <Section
      title="Result"
      aside={
        <Group gap="xs">
          <ButtonLink
            size="xs"
            variant="default"
            to="/data/$dataset"
            params={{ dataset }}
            search={{ version: number, tab: 'lineage' }}
          >
            Lineage
          </ButtonLink>
          <Button
            component="a"
            href={archiveAddress(dataset, number)}
            download
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            All files
          </Button>
        </Group>
      }
    >
      <Stack gap="sm">
        <Text>
          Version {number} of{' '}
          <PageLink to="/data/$dataset" params={{ dataset }} search={{ version: number }} fw={600}>
            {title ?? name ?? 'a data set'}
          </PageLink>
          {files.data && !files.data.next && `, ${count(files.data.items.length, 'file')}`}
        </Text>
        {files.isPending && <Loading />}
        {files.error && <ProblemNote error={files.error} retry={() => void files.refetch()} />}
        {files.data && <FileList dataset={dataset} number={number} files={files.data.items} />}
        {files.data?.next && <Text c="dimmed">There are more files; all of them are in the zip.</Text>}
      </Stack>
    </Section>
  )
}
