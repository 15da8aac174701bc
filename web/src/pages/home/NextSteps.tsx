import { Group, List, Text } from '@mantine/core'
import { ButtonLink } from '@/show/links'
import { Section } from '@/show/Page'

/** What to do on a station where the reader has done nothing yet. */
export function NextSteps() {
  return (
    <Section title="Begin here">
      <Text mb="sm">This station keeps data in versions that never change, and runs tools beside them.</Text>
      <List type="ordered" spacing="xs" mb="md">
        <List.Item>Choose a tool; each tells what data it takes and what it makes.</List.Item>
        <List.Item>Give it a data set, or a file from your computer: it becomes a data set of yours.</List.Item>
        <List.Item>Watch it run, and look at its result here.</List.Item>
      </List>
      <Group gap="xs">
        <ButtonLink to="/data/new">Upload data</ButtonLink>
        <ButtonLink to="/tools" variant="default">
          Run a tool
        </ButtonLink>
        <ButtonLink to="/data" variant="default">
          See the data
        </ButtonLink>
      </Group>
    </Section>
  )
}
