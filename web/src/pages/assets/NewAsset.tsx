import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { contentOf } from './content'
import { ContentField, type Given } from './ContentField'
import { assetsChanged, type Scope } from './queries'
import type { Scopes } from './scopes'

const NAME = /^[a-z0-9-]{1,63}$/
const FIELDS = ['name', 'scope_id', 'description', 'content', 'content_base64'] as const

interface NewAssetProps {
  scopes: Scopes
  opened: boolean
  close: () => void
}

/** Makes an asset; it is given to jobs once it is attached. */
export function NewAsset({ scopes, opened, close }: NewAssetProps) {
  return (
    <Modal opened={opened} onClose={close} title="New asset" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <AssetForm scopes={scopes} close={close} />}
    </Modal>
  )
}

interface Wish {
  name: string
  scope: Scope
  holder: string | null
  description: string
  given: Given
  secret: boolean
}

const NOTHING: Wish = {
  name: '',
  scope: 'user',
  holder: null,
  description: '',
  given: { text: '', file: null },
  secret: false,
}

function AssetForm({ scopes, close }: { scopes: Scopes; close: () => void }) {
  const [wish, setWish] = useState(NOTHING)
  const change = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }))
  const make = useMake(close)
  const { at, rest } = fieldFaults(make.error, FIELDS, { taken: 'name' })
  const ready = isWhole(wish, scopes)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    make.mutate(wish)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="By which jobs ask for it: lower-case letters, digits and '-'"
          data-autofocus
          maxLength={63}
          value={wish.name}
          error={(wish.name && !NAME.test(wish.name) && "Lower-case letters, digits and '-'") || at.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Holders wish={wish} change={change} scopes={scopes} fault={at.scope_id} />
        <TextInput
          label="Description"
          maxLength={1000}
          value={wish.description}
          error={at.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <ContentField
          given={wish.given}
          change={(given) => change({ given })}
          description="A text of at most 1 MiB"
          error={at.content ?? at.content_base64}
        />
        <Checkbox
          label="Secret"
          description="Only jobs are told what it holds; you are not told again"
          checked={wish.secret}
          onChange={(event) => change({ secret: event.currentTarget.checked })}
        />
        {make.error && <ProblemNote error={make.error} faults={rest} title="No asset was made" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!ready}>
            Make the asset
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface HoldersProps {
  wish: Wish
  change: (part: Partial<Wish>) => void
  scopes: Scopes
  fault: string | undefined
}

function Holders({ wish, change, scopes, fault }: HoldersProps) {
  const holders = scopes.holders[wish.scope]
  return (
    <Group grow align="flex-start">
      <Select
        label="For jobs of"
        allowDeselect={false}
        data={[...scopes.kinds]}
        value={wish.scope}
        onChange={(scope) => scope && change({ scope, holder: null })}
      />
      {holders.length > 0 && (
        <Select
          label="Which one"
          searchable
          data={holders.map(({ id, name }) => ({ value: id, label: name }))}
          value={wish.holder}
          error={fault}
          onChange={(holder) => change({ holder })}
        />
      )}
    </Group>
  )
}

function isWhole(wish: Wish, scopes: Scopes): boolean {
  const held = scopes.holders[wish.scope].length === 0 || wish.holder !== null
  return NAME.test(wish.name) && held && (wish.given.file !== null || wish.given.text !== '')
}

function useMake(close: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ name, scope, holder, description, given, secret }: Wish) => {
      const content = given.file ? await contentOf(given.file) : { content: given.text }
      const about = {
        ...(holder && { scope_id: holder }),
        ...(description.trim() && { description: description.trim() }),
      }
      return take(api.POST('/api/v1/assets', { body: { name, scope, secret, ...about, ...content } }))
    },
    onSuccess: async () => {
      await assetsChanged(queries)
      close()
    },
  })
}
