import { Badge, Group, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Dataset, Version } from '@/api/client'
import { count, size } from '@/format/number'
import { PageLink } from '@/show/links'
import { LongList } from '@/show/LongList'
import { Empty } from '@/show/Page'
import { Time } from '@/show/Time'
import { versionsQuery } from './queries'
import classes from './Dataset.module.css'

/** All versions of a data set, newest first. */
export function Versions({ dataset, shown }: { dataset: Dataset; shown: number }) {
  const found = useInfiniteQuery(versionsQuery(dataset.id))
  return (
    <section className="panel" aria-label="Versions">
      <LongList
        label="Versions"
        found={found}
        keyOf={(version) => version.id}
        rowHeight={57}
        empty={<Empty title="No version yet">Add files, and they become the first.</Empty>}
      >
        {(version) => <VersionRow dataset={dataset} version={version} shown={version.number === shown} />}
      </LongList>
    </section>
  )
}

function VersionRow({ dataset, version, shown }: { dataset: Dataset; version: Version; shown: boolean }) {
  return (
    <div className={classes.row}>
      <PageLink
        to="/data/$dataset"
        params={{ dataset: dataset.id }}
        search={{ version: version.number }}
        fw={600}
        className="tabular"
      >
        Version {version.number}
      </PageLink>
      <div>
        <Text className="tabular">
          {count(version.file_count, 'file')}, {size(version.size)}
        </Text>
        <Text size="sm" c="dimmed">
          by {version.author}, <Time at={version.created} />
          {version.run && (
            <>
              {' · made by '}
              <PageLink to="/runs/$run" params={{ run: version.run }}>
                a run
              </PageLink>
            </>
          )}
        </Text>
      </div>
      <Group>
        {shown && (
          <Badge variant="outline" tt="none">
            shown
          </Badge>
        )}
      </Group>
    </div>
  )
}
