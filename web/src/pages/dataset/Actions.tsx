import { ActionIcon, Button, Group, Menu, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconDownload, IconPencil, IconPlayerPlay, IconTrash, IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take, type Dataset } from '@/api/client'
import { ButtonLink } from '@/show/links'
import { ProblemNote } from '@/show/Problem'
import { EditDialog } from './EditDialog'
import { may } from './may'
import { archiveAddress } from './preview'
import { datasetQuery } from './queries'
import { Takers } from './Takers'

/** What can be done with a data set. */
export function Actions({ dataset, number }: { dataset: Dataset; number: number }) {
  const [asked, { open, close }] = useDisclosure(false)
  const [choosing, tools] = useDisclosure(false)
  const [editing, texts] = useDisclosure(false)
  if (dataset.trashed) return null
  return (
    <>
      {number > 0 && (
        <Button
          component="a"
          href={archiveAddress(dataset.id, number)}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Download as zip
        </Button>
      )}
      {number > 0 && may(dataset, 'dataset:compute') && (
        <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={tools.open}>
          Run a tool on this
        </Button>
      )}
      {may(dataset, 'dataset:edit') && (
        <ButtonLink
          to="/data/$dataset/add"
          params={{ dataset: dataset.id }}
          leftSection={<IconUpload size={16} aria-hidden />}
        >
          Add files
        </ButtonLink>
      )}
      {may(dataset, 'dataset:edit') && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label="More that can be done">
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={texts.open}>
              Edit texts and schema
            </Menu.Item>
            {may(dataset, 'dataset:own') && (
              <Menu.Item leftSection={<IconTrash size={15} aria-hidden />} onClick={open}>
                Put into the trash
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <EditDialog dataset={dataset} opened={editing} close={texts.close} />
      <TrashQuestion dataset={dataset} asked={asked} close={close} />
      <Takers dataset={dataset} number={number} opened={choosing} close={tools.close} />
    </>
  )
}

function TrashQuestion({ dataset, asked, close }: { dataset: Dataset; asked: boolean; close: () => void }) {
  const queries = useQueryClient()
  const trash = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/datasets/{reference}', { params: { path: { reference: dataset.id } } })),
    onSuccess: (changed) => {
      queries.setQueryData(datasetQuery(dataset.id).queryKey, changed)
      void queries.invalidateQueries({ queryKey: ['datasets', 'list'] })
      close()
    },
  })
  return (
    <Modal
      opened={asked}
      onClose={close}
      title={`Put ${dataset.name} into the trash?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text mb="md">It can be restored until its files are removed for good; the page will say when that is.</Text>
      {trash.error && <ProblemNote error={trash.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>
          Keep it
        </Button>
        <Button color="red" loading={trash.isPending} onClick={() => trash.mutate()}>
          Put into the trash
        </Button>
      </Group>
    </Modal>
  )
}
