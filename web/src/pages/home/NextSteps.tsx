import { Box, Group, SimpleGrid, Text } from '@mantine/core'
import { IconChartLine, IconTool, IconUpload } from '@tabler/icons-react'
import { ButtonLink } from '@/show/links'
import { Section } from '@/show/Page'
import classes from './Home.module.css'

const STEPS = [
  {
    title: 'Bring data',
    text: 'Drop files or a folder here. They become a data set of yours, in versions that never change.',
    icon: IconUpload,
    to: '/data/new',
    label: 'Upload data',
  },
  {
    title: 'Run a tool beside it',
    text: 'Each tool tells what it takes and what it makes. It also takes a file straight from your computer.',
    icon: IconTool,
    to: '/tools',
    label: 'Run a tool',
  },
  {
    title: 'Look at the result',
    text: 'Results become data sets too: with pictures, and with their way back to every input.',
    icon: IconChartLine,
    to: '/data',
    label: 'See the data',
  },
] as const

/** What to do on a station where the reader has done nothing yet. */
export function NextSteps() {
  return (
    <Section title="Begin here">
      <SimpleGrid component="ol" cols={{ base: 1, sm: 3 }} spacing="lg" p={0} m={0} className={classes.steps}>
        {STEPS.map(({ title, text, icon: Icon, to, label }, index) => (
          <li key={to} className={classes.step}>
            <Group gap="xs" wrap="nowrap">
              <Icon size={20} stroke={1.6} aria-hidden />
              <Text fw={600}>
                {index + 1}. {title}
              </Text>
            </Group>
            <Text flex={1}>{text}</Text>
            <Box>
              <ButtonLink to={to} variant={index === 0 ? 'filled' : 'default'}>
                {label}
              </ButtonLink>
            </Box>
          </li>
        ))}
      </SimpleGrid>
    </Section>
  )
}
