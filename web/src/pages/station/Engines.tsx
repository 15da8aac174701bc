import { Badge, Group, Stack, Text } from '@mantine/core'
import type { StationView } from '@/api/client'
import { count } from '@/format/number'
import { Section } from '@/show/Page'
import { Prose } from '@/show/Prose'
import { sentence } from '@/show/words'
import { ConditionSign } from './Parts'

/** Every engine: whether it works, how much runs on it at once, and what it can. */
export function Engines({ engines }: { engines: StationView['engines'] }) {
  return (
    <Section title="Engines">
      <Stack gap="md">
        {engines.map((engine) => (
          <div key={engine.name}>
            <Group gap="md">
              <Text span fw={600}>
                {engine.name}
              </Text>
              <ConditionSign condition={engine.works ? 'ok' : 'down'} />
              <Text span className="tabular">
                {count(engine.slots, 'slot')}
              </Text>
            </Group>
            {engine.missing && (
              <Text>
                <Prose text={sentence(engine.missing)} />
              </Text>
            )}
            <Text c="dimmed" size="sm">
              Isolation: {engine.isolation}. Limits: {engine.limits}. Images: {engine.images.join(', ')}.
            </Text>
            <Group gap={6} mt={4}>
              {engine.traits.map((trait) => (
                <Badge key={trait} variant="default" tt="none" fw={400}>
                  {trait.replaceAll('_', ' ')}
                </Badge>
              ))}
            </Group>
          </div>
        ))}
      </Stack>
    </Section>
  )
}
