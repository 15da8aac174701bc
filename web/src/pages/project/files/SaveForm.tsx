import { Autocomplete, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { api, take, type ProjectFile } from '@/api/client'
import { datasetsQuery } from '@/pages/launch/datasets'
import { nameFrom } from '@/pages/launch/reference'
import { OF_PROJECT, PayingUnit } from '@/pages/upload/PayingUnit'
import { nameFault } from '@/sending/choice'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { Buttons } from './Buttons'

const TYPING_MS = 200

/** Makes a file of a project a version of a data set, and leads there. */
export function SaveForm({ project, entry, close }: { project: string; entry: ProjectFile; close: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState(nameFrom(entry.name))
  const [unit, setUnit] = useState('')
  const [search] = useDebouncedValue(name, TYPING_MS)
  const found = useQuery(datasetsQuery(search)).data?.items ?? []
  const save = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/projects/{reference}/saves', {
          params: { path: { reference: project } },
          body: { path: entry.path, dataset: name.trim(), ...(unit && { unit }) },
        }),
      ),
    onSuccess: ({ dataset }) => {
      void queries.invalidateQueries({ queryKey: ['datasets'] })
      void navigate({ to: '/data/$dataset', params: { dataset } })
    },
  })
  const { at, rest } = fieldFaults(save.error, ['dataset', 'unit'])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Autocomplete
          label="Data set"
          description="One that you edit gets a new version of this one file; a new name makes a data set"
          data-autofocus
          data={[...new Set(found.map((one) => one.name))]}
          value={name}
          error={nameFault(name) ?? at.dataset}
          onChange={setName}
        />
        <PayingUnit unit={unit} change={setUnit} fault={at.unit} usual={OF_PROJECT} />
        {save.error && <ProblemNote error={save.error} faults={rest} title="No version was made" />}
        <Buttons close={close} busy={save.isPending} ready={nameFault(name) === null} action="Make the version" />
      </Stack>
    </form>
  )
}
