import { Checkbox, Select, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, take } from '@/api/client'
import { read } from '@/pages/launch/reference'
import { ReferencePicker } from '@/pages/launch/ReferencePicker'
import { fieldFaults } from '@/show/faults'
import { ProblemNote } from '@/show/Problem'
import { Buttons } from './Buttons'

const WAIT_SECONDS = 20
const MOLECULES = /\.(sdf?|smi|smiles)(\.gz)?$/i
const FORMS = [
  { value: 'chemical/x-mdl-sdfile', label: 'SDF' },
  { value: 'squonk/x-smiles', label: 'SMILES' },
]

/** Copies a file of a version into a folder of a project. */
export function AttachForm({ project, folder, close }: { project: string; folder: string; close: () => void }) {
  const queries = useQueryClient()
  const [reference, setReference] = useState('')
  const [fixed, setFixed] = useState(true)
  const [form, setForm] = useState<string | null>(null)
  const chosen = read(reference)
  const molecules = MOLECULES.test(chosen?.path ?? '')
  const attach = useMutation({
    mutationFn: () => {
      const { dataset = '', number, path } = chosen ?? {}
      const body = {
        dataset,
        folder,
        immutable: fixed,
        compress: false,
        ...(molecules && form && { as_type: form }),
        ...(path && { path }),
        ...(number && { number }),
      }
      return take(
        api.POST('/api/v1/projects/{reference}/attachments', { params: { path: { reference: project } }, body }),
      )
    },
    onSuccess: ({ path, task }) => {
      close()
      void follow(task, path, project, queries)
    },
  })
  const { at, rest } = fieldFaults(attach.error, ['dataset', 'path', 'number'])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    attach.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <ReferencePicker
          title="Data set"
          value={reference}
          onChange={setReference}
          required
          mediaTypes={[]}
          error={at.dataset ?? at.path ?? at.number}
          uploads={false}
        />
        {molecules && (
          <Select
            label="Molecules written as"
            placeholder="As they are"
            data={FORMS}
            value={form}
            onChange={setForm}
            clearable
            clearButtonProps={{ 'aria-label': 'As they are' }}
          />
        )}
        <Checkbox
          label="Nobody may change it here"
          description="It stays what it is in the data set; otherwise it is a copy to work on"
          checked={fixed}
          onChange={(event) => setFixed(event.currentTarget.checked)}
        />
        {attach.error && <ProblemNote error={attach.error} faults={rest} title="Nothing was brought in" />}
        <Buttons close={close} busy={attach.isPending} ready={chosen !== null} action="Bring it in" />
      </Stack>
    </form>
  )
}

/** Waits for a task to be done, says how it ended, and has the files listed anew. */
async function follow(task: string, path: string, project: string, queries: QueryClient): Promise<void> {
  for (;;) {
    const params = { path: { task_id: task }, query: { wait_seconds: WAIT_SECONDS } }
    const seen = await take(api.GET('/api/v1/tasks/{task_id}', { params })).catch(() => null)
    if (!seen) return
    if (!seen.done) continue
    await queries.invalidateQueries({ queryKey: ['project-files', project] })
    if (seen.exit_code !== 0)
      notifications.show({ color: 'red', message: `${path} did not come; its task among Tasks says why.` })
    return
  }
}
