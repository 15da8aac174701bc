import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { RULE_CHOICES } from './privacy'
import { booksChanged, type Privacy } from './queries'

export interface Alteration {
  name?: string
  privacy?: Privacy
}

interface AlterProps {
  thing: { name: string; privacy: Privacy }
  /** Whether it is called as something else is, such as a personal unit. */
  nameFixed?: boolean
  change: (wanted: Alteration) => Promise<unknown>
  opened: boolean
  close: () => void
}

/** Changes the name and the rule of privacy of an organisation or a unit. */
export function AlterDialog({ opened, close, ...props }: AlterProps) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`Change ${props.thing.name}`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <AlterForm {...props} close={close} />}
    </Modal>
  )
}

function AlterForm({ thing, nameFixed = false, change, close }: Omit<AlterProps, 'opened'>) {
  const queries = useQueryClient()
  const [name, setName] = useState(thing.name)
  const [privacy, setPrivacy] = useState(thing.privacy)
  const save = useMutation({
    mutationFn: () =>
      change({
        ...(name.trim() !== thing.name && { name: name.trim() }),
        ...(privacy !== thing.privacy && { privacy }),
      }),
    onSuccess: async () => {
      await booksChanged(queries)
      close()
    },
  })
  const { at, rest } = fieldFaults(save.error, ['name', 'privacy'], { taken: 'name', privacy: 'privacy' })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="md">
        {!nameFixed && (
          <TextInput
            label="Name"
            required
            maxLength={80}
            value={name}
            error={at.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <Select
          label="Projects that it pays for"
          data={RULE_CHOICES}
          allowDeselect={false}
          value={privacy}
          error={at.privacy}
          onChange={(value) => value && setPrivacy(value)}
        />
        {save.error && <ProblemNote error={save.error} faults={rest} title="Nothing was changed" />}
        <Group justify="flex-end" gap="xs">
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
