import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import { booksChanged, type Product } from '@/pages/organisations/queries'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'

/** Gives a product another name, or more coins. */
export function ChangeProduct({ product }: { product: Product }) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Change ${product.name}`}>
        Change
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Change ${product.name}`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {opened && <ChangeForm product={product} close={close} />}
      </Modal>
    </>
  )
}

function ChangeForm({ product, close }: { product: Product; close: () => void }) {
  const [name, setName] = useState(product.name)
  const [allowance, setAllowance] = useState(product.allowance)
  const [limit, setLimit] = useState(product.limit)
  const save = useSave(product, close)
  const { at, rest } = fieldFaults(save.error, ['name', 'allowance', 'limit'], { taken: 'name', terms: 'allowance' })
  const fixed = product.flavour === 'evaluation'
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save.mutate({
      ...(name.trim() !== product.name && { name: name.trim() }),
      ...(allowance.trim() !== product.allowance && { allowance: allowance.trim() }),
      ...(limit.trim() !== product.limit && { limit: limit.trim() }),
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          required
          maxLength={80}
          value={name}
          error={at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {fixed ? (
          <Text c="dimmed">What an evaluation includes is fixed.</Text>
        ) : (
          <>
            <TextInput
              label="Coins a period"
              description="Can only become more"
              inputMode="decimal"
              value={allowance}
              error={at.allowance}
              onChange={(event) => setAllowance(event.currentTarget.value)}
            />
            <TextInput
              label="At most"
              description="Coins at which new work is refused; can only become more"
              inputMode="decimal"
              value={limit}
              error={at.limit}
              onChange={(event) => setLimit(event.currentTarget.value)}
            />
          </>
        )}
        {save.error && <ProblemNote error={save.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it as it is
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function useSave(product: Product, close: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { name?: string; allowance?: string; limit?: string }) =>
      take(api.PATCH('/api/v1/products/{product}', { params: { path: { product: product.id } }, body })),
    onSuccess: async () => {
      await booksChanged(queries)
      close()
    },
  })
}
