import { Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Dataset, Use } from '@/api/client'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { State } from '@/show/State'
import { Time } from '@/show/Time'
import { usesQuery } from './queries'
import classes from './Dataset.module.css'

/** The runs that took a version, and the data sets that they made of it. */
export function Uses({ dataset, number }: { dataset: Dataset; number: number }) {
  const found = useInfiniteQuery(usesQuery(dataset.id, number))
  return (
    <section className="panel" aria-label="Used by">
      <LongList
        label="Runs that took this version"
        found={found}
        keyOf={(use) => use.run}
        rowHeight={57}
        empty={<Empty title="No run that you may see took this version">Other versions may have been used.</Empty>}
      >
        {(use) => <UseRow use={use} />}
      </LongList>
    </section>
  )
}

function UseRow({ use }: { use: Use }) {
  return (
    <div className={classes.use}>
      <div>
        <PageLink to="/runs/$run" params={{ run: use.run }} fw={600} className="break">
          {use.name ?? use.tool}
        </PageLink>
        <Text size="sm" c="dimmed">
          {use.tool} {use.tool_version}, as {use.slots.join(', ')} · by {use.submitted_by}, <Time at={use.created_at} />
        </Text>
      </div>
      <State state={use.state} />
      <Text size="sm" className="break">
        {use.made && (
          <>
            made{' '}
            <PageLink to="/data/$dataset" params={{ dataset: use.made.dataset }} search={{ version: use.made.number }}>
              {use.made.name}, version {use.made.number}
            </PageLink>
          </>
        )}
      </Text>
    </div>
  )
}
