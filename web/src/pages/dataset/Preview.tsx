import { Button, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Dataset } from '@/api/client'
import { size } from '@/format/number'
import { FileContent } from '@/preview/FileContent'
import { Copied } from '@/show/Copied'
import { Empty, Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { may } from './may'
import { fileAddress } from './preview'
import { fileQuery } from './queries'
import { Takers } from './Takers'

interface PreviewProps {
  dataset: Dataset
  number: number
  path: string
}

/** Looks into a file: as text, table or image; nothing of it is ever run. */
export function Preview({ dataset, number, path }: PreviewProps) {
  const [choosing, tools] = useDisclosure(false)
  const found = useQuery(fileQuery(dataset.id, number, path))
  if (found.isPending) return <Loading />
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Empty title="This version has no such file">Another version may have it.</Empty>
  const file = found.data
  return (
    <Stack>
      <Group justify="space-between" gap="xs">
        <Text c="dimmed" className="tabular">
          {file.media_type} · {size(file.size)}
        </Text>
        {may(dataset, 'dataset:compute') && (
          <Button
            size="xs"
            variant="default"
            ml="auto"
            leftSection={<IconPlayerPlay size={15} aria-hidden />}
            onClick={tools.open}
          >
            Run a tool on this file
          </Button>
        )}
        <Takers dataset={dataset} number={number} file={file} opened={choosing} close={tools.close} />
        <Button
          component="a"
          href={fileAddress(dataset.id, number, path)}
          download={path.slice(path.lastIndexOf('/') + 1)}
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download
        </Button>
      </Group>
      <FileContent
        address={fileAddress(dataset.id, number, path)}
        path={path}
        mediaType={file.media_type}
        size={file.size}
        mark={file.sha256}
      />
      <Text size="sm" c="dimmed" component="div">
        SHA-256 <Copied text={file.sha256} what="SHA-256" />
      </Text>
    </Stack>
  )
}
