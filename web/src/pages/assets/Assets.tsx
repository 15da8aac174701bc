import { Badge, Button, Group, Table, Text, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take, type Asset } from '@/api/client'
import { Empty, Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { ChangeAsset } from './ChangeAsset'
import { NewAsset } from './NewAsset'
import { assetsChanged, assetsQuery } from './queries'
import { useScopes, type Scopes } from './scopes'

/** Named texts and files that jobs are given. */
export function Assets() {
  const [making, { open, close }] = useDisclosure(false)
  const scopes = useScopes()
  const found = useInfiniteQuery(assetsQuery)
  const assets = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page
      title="Assets"
      lead="Named texts and files that jobs are given, such as a licence or a key."
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New asset
        </Button>
      }
    >
      <section className="panel" aria-label="Assets">
        {found.isPending && <Loading />}
        {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
        {found.isSuccess && assets.length === 0 && (
          <Empty title="No assets yet">
            An asset is yours, or that of a unit, a product or an organisation, whose jobs are given it.
          </Empty>
        )}
        {assets.length > 0 && <AssetTable assets={assets} scopes={scopes} />}
        {found.hasNextPage && (
          <Button
            m="sm"
            variant="default"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            More assets
          </Button>
        )}
      </section>
      <NewAsset scopes={scopes} opened={making} close={close} />
    </Page>
  )
}

function AssetTable({ assets, scopes }: { assets: readonly Asset[]; scopes: Scopes }) {
  return (
    <Wide minWidth={720}>
      <Table verticalSpacing={6} horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>For jobs of</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>
              <VisuallyHidden>What to do</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {assets.map((asset) => (
            <Table.Tr key={asset.id}>
              <Table.Td>
                <Text span fw={500} className="break" mr={8}>
                  {asset.name}
                </Text>
                {asset.secret && (
                  <Badge variant="default" size="sm" tt="none" fw={500}>
                    secret
                  </Badge>
                )}
                <Text size="sm" c="dimmed" className="break">
                  {asset.description}
                </Text>
              </Table.Td>
              <Table.Td className="break">{scopes.nameOf(asset)}</Table.Td>
              <Table.Td>{stateOf(asset)}</Table.Td>
              <Table.Td>
                {asset.creator}, <Time at={asset.created} />
              </Table.Td>
              <Table.Td ta="right">
                {scopes.keeps(asset) && (
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    <ChangeAsset asset={asset} />
                    {!asset.attached && <Remove asset={asset} />}
                  </Group>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function stateOf({ enabled, attached }: Asset): string {
  if (!enabled) return 'disabled'
  return attached ? 'given to jobs' : 'not attached'
}

function Remove({ asset }: { asset: Asset }) {
  const [asking, ask] = useDisclosure(false)
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/assets/{asset}', { params: { path: { asset: asset.id } } })),
    onSuccess: () => assetsChanged(queries),
  })
  return (
    <>
      <Button size="xs" variant="default" onClick={ask.open} aria-label={`Remove ${asset.name}`}>
        Remove
      </Button>
      <Question
        title="Remove this asset?"
        text={`What “${asset.name}” holds is forgotten; it cannot be brought back.`}
        verb="Remove"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </>
  )
}
