import { Badge, Group, Stack, Table, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { api, take, type Condition, type RunState, type StationView } from '@/api/client'
import { grouped } from '@/format/number'
import { meQuery } from '@/session/me'
import { PageLink } from '@/show/links'
import { Empty, Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Prose } from '@/show/Prose'
import { STATES } from '@/show/runState'
import { State } from '@/show/State'
import { sentence } from '@/show/words'

const EVERY_MS = 5000 // parts fail without any event that could tell

const CONDITIONS = {
  ok: { word: 'Works', icon: IconCircleCheck, color: 'var(--field-good)' },
  degraded: { word: 'Degraded', icon: IconAlertTriangle, color: 'var(--field-wait)' },
  down: { word: 'Down', icon: IconCircleX, color: 'var(--field-bad)' },
} as const

/** How the station is, for its operators. */
export function Station() {
  const operator = useQuery(meQuery).data?.operator ?? false
  const station = useQuery({
    enabled: operator,
    queryKey: ['station'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/station', { signal })),
    refetchInterval: EVERY_MS,
  })
  if (!operator) {
    return (
      <Page title="Station">
        <Empty title="Only operators see how the station is">Ask one of them, or look at your own runs and data.</Empty>
      </Page>
    )
  }
  return (
    <Page title="Station" lead={station.data && `${station.data.url}, version ${station.data.version}`}>
      {station.isPending && <Loading rows={6} />}
      {station.error && <ProblemNote error={station.error} title="The station cannot be shown" />}
      {station.data && (
        <Stack gap="md">
          <Parts parts={station.data.parts} />
          <Waiting runs={station.data.runs} />
          <Engines engines={station.data.engines} />
        </Stack>
      )}
    </Page>
  )
}

function ConditionSign({ condition }: { condition: Condition }) {
  const { word, icon: Icon, color } = CONDITIONS[condition]
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <Icon size={16} color={color} aria-hidden />
      <Text span fw={500} c={color}>
        {word}
      </Text>
    </Group>
  )
}

function Parts({ parts }: { parts: StationView['parts'] }) {
  return (
    <Section title="Parts">
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={140}>Part</Table.Th>
              <Table.Th w={130}>Condition</Table.Th>
              <Table.Th>What it says</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {parts.map((part) => (
              <Table.Tr key={part.name}>
                <Table.Td fw={500}>{part.name}</Table.Td>
                <Table.Td>
                  <ConditionSign condition={part.condition} />
                </Table.Td>
                <Table.Td>
                  <Prose text={part.text} />
                  {part.next_step && (
                    <>
                      {' '}
                      <strong>Next step:</strong> <Prose text={sentence(part.next_step)} />
                    </>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  )
}

function Waiting({ runs }: { runs: StationView['runs'] }) {
  const counted = STATES.filter((state) => runs[state])
  return (
    <Section title="Runs under way">
      {counted.length === 0 && <Text c="dimmed">Nothing runs or waits.</Text>}
      <Group gap="xl">
        {counted.map((state: RunState) => (
          <Group key={state} gap="xs">
            <State state={state} />
            <PageLink
              to="/runs"
              search={{ state }}
              className="tabular"
              aria-label={`${runs[state] ?? 0} runs, ${state}`}
            >
              {grouped(runs[state] ?? 0)}
            </PageLink>
          </Group>
        ))}
      </Group>
    </Section>
  )
}

function Engines({ engines }: { engines: StationView['engines'] }) {
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
                {grouped(engine.slots)} slots
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
