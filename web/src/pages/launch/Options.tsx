import { NumberInput, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core'
import type { Tool } from '@/api/client'
import { OF_PROJECT, PayingUnit } from '@/pages/upload/PayingUnit'
import { Section } from '@/show/Page'
import { resourcesOf, type Filled, type Resources } from './values'

interface OptionsProps {
  tool: Tool
  filled: Filled
  onChange: (part: Partial<Filled>) => void
  /** What the station said of these fields. */
  faults: { name?: string; output?: string }
}

/** Name, place of the result, and what the run may use. */
export function Options({ tool, filled, onChange, faults }: OptionsProps) {
  return (
    <Section title="Run">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Name"
            description="To find it again; may be left out"
            value={filled.name}
            error={faults.name}
            maxLength={200}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
          />
          <TextInput
            label="Result goes to"
            description="Name of a data set of yours, made if new; by default one is made"
            value={filled.output}
            error={faults.output}
            maxLength={200}
            onChange={(event) => onChange({ output: event.currentTarget.value })}
          />
        </SimpleGrid>
        <PayingUnit unit={filled.unit} change={(unit) => onChange({ unit })} fault={undefined} usual={OF_PROJECT} />
        <ResourceFields
          usual={resourcesOf(tool)}
          value={filled.resources}
          onChange={(resources) => onChange({ resources })}
        />
        <NumberInput
          label="Priority"
          description="9 runs first, 0 last"
          value={filled.priority}
          min={0}
          max={9}
          allowDecimal={false}
          w={160}
          onChange={(next) => onChange({ priority: typeof next === 'number' ? next : 5 })}
        />
        <Switch
          label="Use the result of an identical run, if there is one"
          checked={filled.reuse}
          onChange={(event) => onChange({ reuse: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  )
}

interface ResourceFieldsProps {
  usual: Resources
  value: Resources
  onChange: (value: Resources) => void
}

const FIELDS = [
  { name: 'cpu', label: 'Processor cores', suffix: '', least: 0.1, step: 1 },
  { name: 'memory', label: 'Memory', suffix: ' MiB', least: 1, step: 256 },
  { name: 'disk', label: 'Disk', suffix: ' MiB', least: 1, step: 256 },
] as const

function ResourceFields({ usual, value, onChange }: ResourceFieldsProps) {
  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {FIELDS.map(({ name, label, suffix, least, step }) => (
          <NumberInput
            key={name}
            label={label}
            value={value[name]}
            suffix={suffix}
            min={least}
            step={step}
            thousandSeparator=","
            onChange={(next) => onChange({ ...value, [name]: typeof next === 'number' ? next : usual[name] })}
          />
        ))}
      </SimpleGrid>
      <Text size="sm" c="dimmed" mt={4}>
        The most that the run may use. It begins with what the tool asks for.
      </Text>
    </div>
  )
}
