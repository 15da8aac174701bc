import { Button, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import type { components } from '@/api/schema'
import { grouped, size } from '@/format/number'
import { meQuery } from '@/session/me'
import { Copied } from '@/show/Copied'
import { shortImage } from '@/show/image'
import { Empty, Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { imagesQuery } from '../queries'
import { StationFrame } from '../StationFrame'
import { Bring } from './Bring'
import { Lately } from './Lately'

type Image = components['schemas']['ImageOut']

/** The container images that tools and jobs can run in: brought and removed here. */
export function StationImages() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const found = useInfiniteQuery({ ...imagesQuery, enabled: operator })
  const images = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <StationFrame
      title="Images"
      lead="Container images that tools and jobs can run in. Nothing is fetched because somebody named it: what is here was brought."
    >
      <Stack gap="md">
        <Bring />
        <Lately operator={operator} />
        <Section title="Images that are here">
          {found.isPending && <Loading />}
          {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
          {found.isSuccess && images.length === 0 && (
            <Empty title="No image was brought">
              Tools and jobs that name a container image cannot run before it is here; those of the station itself can.
            </Empty>
          )}
          {images.length > 0 && <ImageTable images={images} />}
          {found.hasNextPage && (
            <Button mt="sm" variant="default" onClick={() => void found.fetchNextPage()}>
              More images
            </Button>
          )}
        </Section>
      </Stack>
    </StationFrame>
  )
}

function ImageTable({ images }: { images: readonly Image[] }) {
  return (
    <Wide minWidth={760}>
      <Table verticalSpacing={6} horizontalSpacing="xs" aria-label="Images">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Content</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th ta="right">Layers</Table.Th>
            <Table.Th>Brought</Table.Th>
            <Table.Th>
              <VisuallyHidden>What to do</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {images.map((image) => (
            <Row key={image.id} image={image} />
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function Row({ image: { id, reference, image, size: bytes, layers, added, added_by: by } }: { image: Image }) {
  return (
    <Table.Tr>
      <Table.Td className="break">{reference}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Copied text={image} shown={shortImage(image)} what={`digest of ${reference}`} />
      </Table.Td>
      <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
        {size(bytes)}
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {grouped(layers)}
      </Table.Td>
      <Table.Td>
        <Text span inherit>
          <Time at={added} /> by {by}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Remove id={id} reference={reference} />
      </Table.Td>
    </Table.Tr>
  )
}

function Remove({ id, reference }: Pick<Image, 'id' | 'reference'>) {
  const queries = useQueryClient()
  const [opened, { open, close }] = useDisclosure(false)
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/images/{image_id}', { params: { path: { image_id: id } } })),
    onSuccess: () =>
      Promise.all([imagesQuery.queryKey, ['jobs']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Remove ${reference}`}>
        Remove
      </Button>
      <Question
        title={`Remove ${reference}?`}
        text="Nothing new is run in it under this name. Runs that were queued go on, and its files go a day later, once no run uses them."
        verb="Remove"
        deed={remove}
        opened={opened}
        close={close}
      />
    </>
  )
}
