import { Badge, Group, Text } from '@mantine/core'
import type { Dataset } from '@/api/client'
import { size } from '@/format/number'
import { PageLink } from '@/show/links'
import { Time } from '@/show/Time'
import { labelText } from './filters'
import classes from './Data.module.css'

const SHOWN_LABELS = 4

export function DataRow({ set }: { set: Dataset }) {
  const labels = Object.entries(set.labels)
  return (
    <div className={classes.row}>
      <Group gap="xs" miw={0} wrap="nowrap">
        <PageLink to="/data/$dataset" params={{ dataset: set.id }} fw={600} className="cut">
          {set.name}
        </PageLink>
        <Group gap={4} visibleFrom="sm" wrap="nowrap">
          {labels.slice(0, SHOWN_LABELS).map(([key, value]) => (
            <Badge key={key} variant="default" size="sm" tt="none" fw={500}>
              {labelText(`${key}=${value}`)}
            </Badge>
          ))}
        </Group>
      </Group>
      <Text size="sm" className={`${classes.facts} tabular`}>
        {set.latest > 0 ? `version ${set.latest} · ${size(set.size)}` : 'no version yet'}
      </Text>
      <Text size="sm" c="dimmed" className="cut">
        {set.title || set.description}
      </Text>
      <Text size="sm" className={classes.facts}>
        {set.owner} · <Time at={set.trashed ?? set.changed} />
      </Text>
    </div>
  )
}
