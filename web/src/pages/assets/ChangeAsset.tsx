import { Button, Group, Modal, Stack, Switch, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Asset } from '@/api/client'
import { fieldFaults } from '@/show/faults'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { contentOf } from './content'
import { ContentField, type Given } from './ContentField'
import { assetQuery, assetsChanged } from './queries'

const FIELDS = ['description', 'content', 'content_base64'] as const

/** Changes what an asset holds, and whether jobs are given it. */
export function ChangeAsset({ asset }: { asset: Asset }) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Change ${asset.name}`}>
        Change
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Change ${asset.name}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {opened && <Whole id={asset.id} close={close} />}
      </Modal>
    </>
  )
}

/** A list leaves out long contents, so the asset is asked for by itself. */
function Whole({ id, close }: { id: string; close: () => void }) {
  const found = useQuery({ ...assetQuery(id), staleTime: 0, gcTime: 0 })
  if (found.error) return <ProblemNote error={found.error} retry={() => void found.refetch()} />
  return found.data ? <ChangeForm asset={found.data} close={close} /> : <Loading />
}

function ChangeForm({ asset, close }: { asset: Asset; close: () => void }) {
  const before = asset.content ?? ''
  const [description, setDescription] = useState(asset.description ?? '')
  const [given, setGiven] = useState<Given>({ text: before, file: null })
  const [enabled, setEnabled] = useState(asset.enabled)
  const [attached, setAttached] = useState(asset.attached)
  const save = useSave(asset, close)
  const { at, rest } = fieldFaults(save.error, FIELDS)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const held = given.file !== null || given.text !== before ? given : null
    save.mutate({ description: description.trim(), enabled, attached, given: held })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Switch
          label="Given to jobs of this station"
          checked={attached}
          onChange={(event) => setAttached(event.currentTarget.checked)}
        />
        <Switch
          label="Enabled"
          description="What is not enabled cannot be used at all"
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        <TextInput
          label="Description"
          maxLength={1000}
          value={description}
          error={at.description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <ContentField
          given={given}
          change={setGiven}
          description={asset.content === undefined ? 'Stays as it is while this is empty' : 'What jobs are given'}
          error={at.content ?? at.content_base64}
        />
        {save.error && <ProblemNote error={save.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it as it is
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface Changes {
  description: string
  enabled: boolean
  attached: boolean
  given: Given | null
}

function useSave(asset: Asset, close: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ given, ...rest }: Changes) => {
      const held = given?.file ? await contentOf(given.file) : given ? { content: given.text } : {}
      return take(
        api.PATCH('/api/v1/assets/{asset}', { params: { path: { asset: asset.id } }, body: { ...rest, ...held } }),
      )
    },
    onSuccess: async () => {
      await assetsChanged(queries)
      close()
    },
  })
}
