import { Button, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type Product } from '@/api/client'
import { booksChanged } from '@/pages/organisations/queries'
import { fieldFaults } from '@/show/faults'
import { Loading } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { productsQuery } from './queries'

/** Makes a project, and leads to it; the form comes when it is known who can pay, so that nothing in it moves. */
export function NewProject({ opened, close }: { opened: boolean; close: () => void }) {
  const products = useQuery(productsQuery)
  return (
    <Modal opened={opened} onClose={close} title="New project" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened &&
        (products.isPending ? <Loading /> : <ProjectForm products={products.data?.items ?? []} close={close} />)}
    </Modal>
  )
}

type Seen = 'private' | 'public'

function ProjectForm({ products, close }: { products: readonly Product[]; close: () => void }) {
  const [name, setName] = useState('')
  const [seen, setSeen] = useState<Seen>('private')
  const [product, setProduct] = useState<string | null>(null)
  const free = products.filter(isFree)
  const make = useMake()
  const { at, rest } = fieldFaults(make.error, ['name', 'product', 'public'], { taken: 'name' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    make.mutate({ name: name.trim(), public: seen === 'public', ...(product ? { product } : {}) })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="Unique among yours, or in the unit that pays"
          data-autofocus
          maxLength={200}
          value={name}
          error={at.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {free.length > 0 && (
          <Select
            label="Paid by"
            description="A subscription of a unit of yours that no project has claimed"
            placeholder="Nobody"
            clearable
            clearButtonProps={{ 'aria-label': 'Paid by nobody' }}
            data={free.map((one) => ({ value: one.id, label: labelOf(one) }))}
            value={product}
            error={at.product}
            onChange={setProduct}
          />
        )}
        <Visibility seen={seen} change={setSeen} fault={at.public} />
        {make.error && <ProblemNote error={make.error} faults={rest} title="No project was made" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
            Make the project
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface VisibilityProps {
  seen: Seen
  change: (seen: Seen) => void
  fault: string | undefined
}

function Visibility({ seen, change, fault }: VisibilityProps) {
  return (
    <div>
      <Text size="sm" fw={500} mb={4} id="who-sees-it">
        Who sees it
      </Text>
      <SegmentedControl
        aria-labelledby="who-sees-it"
        value={seen}
        onChange={(value) => change(value)}
        data={[
          { value: 'private', label: 'Its members' },
          { value: 'public', label: 'Everyone on this station' },
        ]}
      />
      {fault && (
        <Text size="sm" c="var(--mantine-color-error)" mt={4}>
          {fault}
        </Text>
      )}
    </div>
  )
}

function useMake() {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (body: { name: string; public: boolean; product?: string }) =>
      take(api.POST('/api/v1/projects', { body })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['projects'] })
      void booksChanged(queries)
      void navigate({ to: '/projects/$project', params: { project: made.id } })
    },
  })
}

function isFree({ type, claim }: Product): boolean {
  return type === 'project_tier' && !claim
}

function labelOf({ name, flavour, unit_name }: Product): string {
  return `${name} (${flavour ?? ''}) of ${unit_name}`
}
