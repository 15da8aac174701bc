import { Button, Group, Switch, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take, type Dataset, type MoleculeReading } from '@/api/client'
import { count } from '@/format/number'
import { MoleculeRow } from '@/pages/molecules/Molecule'
import { moleculesQuery } from '@/pages/molecules/queries'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { may } from './may'

const WAIT_SECONDS = 20

/** The molecules of a version, drawn; and the way to have them be read. */
export function Molecules({ dataset, number }: { dataset: Dataset; number: number }) {
  const [faulty, setFaulty] = useState(false)
  const found = useInfiniteQuery(moleculesQuery(dataset.id, number, faulty))
  const files = found.data?.pages[0]?.files ?? []
  const faults = files.reduce((sum, file) => sum + file.faults, 0)
  return (
    <section className="panel" aria-label="Molecules">
      {files.length > 0 && (
        <Group justify="space-between" px="md" py="xs" style={{ borderBottom: '1px solid var(--field-line)' }}>
          <div>
            {files.map((file) => (
              <FileLine key={file.path} file={file} />
            ))}
          </div>
          {faults > 0 && (
            <Switch
              label="Only what was not read"
              checked={faulty}
              onChange={(event) => setFaulty(event.currentTarget.checked)}
            />
          )}
        </Group>
      )}
      <LongList
        label="Molecules of this version"
        found={found}
        keyOf={(one) => `${one.path}/${String(one.index)}`}
        rowHeight={177}
        empty={files.length === 0 ? <Unread dataset={dataset} number={number} /> : <Empty title="No molecule here" />}
      >
        {(one) => <MoleculeRow molecule={one} />}
      </LongList>
    </section>
  )
}

function FileLine({ file }: { file: MoleculeReading }) {
  return (
    <Text size="sm" className="break">
      {file.path}: {count(file.records - file.faults, 'molecule')}
      {file.faults > 0 && `, ${String(file.faults)} not read`}
      {file.state === 'reading' && ', being read'}
      {file.state === 'failed' && `, then it breaks off: ${file.fault ?? 'no reason was told'}`}
    </Text>
  )
}

function Unread({ dataset, number }: { dataset: Dataset; number: number }) {
  const queries = useQueryClient()
  const read = useMutation({
    mutationFn: async () => {
      const path = { reference: dataset.id, number }
      const { task } = await take(
        api.POST('/api/v1/datasets/{reference}/versions/{number}/molecules', { params: { path } }),
      )
      const params = { path: { task_id: task }, query: { wait_seconds: WAIT_SECONDS } }
      return take(api.GET('/api/v1/tasks/{task_id}', { params }))
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['datasets', dataset.id, 'versions', number, 'molecules'] }),
  })
  const action = may(dataset, 'dataset:edit') && (
    <Button onClick={() => read.mutate()} loading={read.isPending}>
      Read its molecules
    </Button>
  )
  return (
    <>
      <Empty title="No molecules of this version are read" actions={action}>
        The station reads them from SDF and SMILES files, so that they are found by their structure.
      </Empty>
      {read.data && (
        <Text role="status" ta="center" pb="md">
          {read.data.done ? 'It did not go well: ' : 'It takes longer: '}
          <PageLink to="/tasks/$task" params={{ task: read.data.id }}>
            look at its task
          </PageLink>
        </Text>
      )}
      {read.error && <ProblemNote error={read.error} title="They are not read" />}
    </>
  )
}
