import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import { count, grouped, size } from '@/format/number'
import { meQuery } from '@/session/me'
import { PageLink } from '@/show/links'
import { Loading, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Time } from '@/show/Time'
import { Wide } from '@/show/Wide'
import { planQuery, type Plan } from '../queries'
import { StationFrame } from '../StationFrame'

/** What can be freed, why, and when it goes; and who keeps the rest. */
export function StationStorage() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const plan = useQuery({ ...planQuery, enabled: operator })
  return (
    <StationFrame
      title="Storage of the station"
      lead="What nothing names any more is freed by itself each hour."
      actions={plan.data && <FreeNow plan={plan.data} />}
    >
      {plan.isPending && <Loading rows={6} />}
      {plan.error && <ProblemNote error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data && (
        <Stack gap="md">
          <Freeable plan={plan.data} />
          <Trash trash={plan.data.trash} />
          <Keepers plan={plan.data} />
        </Stack>
      )}
    </StationFrame>
  )
}

function freeable(plan: Plan): number {
  return plan.free.size + plan.due.size
}

function FreeNow({ plan }: { plan: Plan }) {
  const queries = useQueryClient()
  const [open, { open: ask, close }] = useDisclosure(false)
  const collect = useMutation({
    mutationFn: async () => ({ before: plan, after: await take(api.POST('/api/v1/storage/collection')) }),
    onSuccess: ({ after }) => {
      queries.setQueryData(planQuery.queryKey, after)
      close()
    },
  })
  return (
    <>
      {collect.data && (
        <Text role="status" c="dimmed">
          {size(Math.max(0, freeable(collect.data.before) - freeable(collect.data.after)))} freed.
        </Text>
      )}
      <Button variant="default" onClick={ask}>
        Free it now
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={`Free ${size(freeable(plan))} now?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="md">
          <Text>
            {count(plan.free.count + plan.due.count, 'blob')} that nothing names, and data sets whose time in the trash
            is over, are removed for good. Nothing that somebody can still see or restore is touched.
          </Text>
          {collect.error && <ProblemNote error={collect.error} title="Not everything was freed" />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Leave it
            </Button>
            <Button color="red.9" loading={collect.isPending} onClick={() => collect.mutate()}>
              Free it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}

function Freeable({ plan }: { plan: Plan }) {
  const rows = [
    { share: plan.free, why: 'Nothing names them', when: 'within the hour' },
    { share: plan.due, why: 'Of data sets whose time in the trash is over', when: 'a day after these are removed' },
    { share: plan.waiting, why: 'Nothing names them, but somebody touched them of late', when: 'a day after that' },
  ]
  return (
    <Section title="What can be freed">
      <Wide minWidth={480}>
        <Table verticalSpacing={6} horizontalSpacing="xs" className="tabular">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Why</Table.Th>
              <Table.Th>When it goes</Table.Th>
              <Table.Th ta="right">Blobs</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ share, why, when }) => (
              <Table.Tr key={share.name}>
                <Table.Td>{why}</Table.Td>
                <Table.Td>{when}</Table.Td>
                <Table.Td ta="right">{grouped(share.count)}</Table.Td>
                <Table.Td ta="right">{size(share.size)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </Section>
  )
}

function Trash({ trash }: { trash: Plan['trash'] }) {
  return (
    <Section title="In the trash">
      {trash.length === 0 && <Text c="dimmed">Nothing lies in the trash.</Text>}
      {trash.length > 0 && (
        <Wide minWidth={480}>
          <Table verticalSpacing={6} horizontalSpacing="xs" className="tabular">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Data set</Table.Th>
                <Table.Th>Owner</Table.Th>
                <Table.Th>Goes</Table.Th>
                <Table.Th ta="right">Size</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {trash.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <PageLink to="/data/$dataset" params={{ dataset: one.id }} className="break">
                      {one.name}
                    </PageLink>
                  </Table.Td>
                  <Table.Td className="break">{one.owner}</Table.Td>
                  <Table.Td>
                    <Time at={one.purge_after} full />
                  </Table.Td>
                  <Table.Td ta="right">{size(one.size)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
    </Section>
  )
}

const HELD_BY: Readonly<Record<string, string>> = {
  run: 'Logs of runs',
  attempt: 'Logs of attempts',
  upload: 'Uploads under way',
}

function Keepers({ plan }: { plan: Plan }) {
  return (
    <Section title="Who keeps most">
      {plan.holders.length > 0 && (
        <Alert variant="outline" mb="sm" title="Beside the versions of data sets">
          {plan.holders.map((held) => (
            <Text key={held.name} className="tabular">
              {HELD_BY[held.name] ?? held.name}: {count(held.count, 'blob')}, {size(held.size)}
            </Text>
          ))}
        </Alert>
      )}
      <Table verticalSpacing={6} horizontalSpacing="xs" className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Owner</Table.Th>
            <Table.Th ta="right">Data sets</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plan.owners.map((owner) => (
            <Table.Tr key={owner.name}>
              <Table.Td className="break">{owner.name}</Table.Td>
              <Table.Td ta="right">{grouped(owner.count)}</Table.Td>
              <Table.Td ta="right">{size(owner.size)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  )
}
