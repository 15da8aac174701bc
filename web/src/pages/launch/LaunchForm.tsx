import { Button, Group, Stack } from '@mantine/core'
import type { RJSFSchema } from '@rjsf/utils'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { api, newKey, take, type NewRun, type Run, type Tool } from '@/api/client'
import { fieldFaults } from '@/show/faults'
import { Lacking } from '@/show/Lacking'
import { Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { useFocusFault } from '@/show/useFocusFault'
import { InputPicker } from './InputPicker'
import { Options } from './Options'
import { Parameters } from './Parameters'
import { Quote } from './Quote'
import { faultsOf } from './validator'
import { withData, type GivenData } from './taking'
import { beginning, lacking, parametersOf, requestOf, slotsOf, type Filled } from './values'

const FIELDS = ['parameters', 'name', 'output'] as const

interface LaunchFormProps {
  tool: Tool
  form: RJSFSchema
  from: Run | undefined
  /** What the first input that takes it begins with. */
  data?: GivenData | undefined
}

/** Everything that a run of the tool is given. */
export function LaunchForm({ tool, form, from, data }: LaunchFormProps) {
  const slots = useMemo(() => slotsOf(form), [form])
  const schema = useMemo(() => parametersOf(form), [form])
  const [filled, setFilled] = useState<Filled>(() => withData(beginning(tool, slots, from), slots, data))
  const [checked, setChecked] = useState(false)
  const change = (part: Partial<Filled>) => setFilled((before) => ({ ...before, ...part }))
  const submit = useSubmit(from?.id)
  const wanting = lacking(slots, filled)
  const faults = faultsOf(schema, filled.parameters)
  const refused = fieldFaults(submit.error, [...slots.map(({ name }) => `inputs/${name}`), ...FIELDS])
  useFocusFault(submit.error)
  const send = () => {
    setChecked(true)
    if (wanting.length === 0 && faults.length === 0) submit.mutate(requestOf(tool, slots, filled))
  }
  return (
    <Stack gap="md">
      {slots.length > 0 && (
        <Section title="Inputs">
          <Stack gap="md">
            {slots.map((slot) => (
              <InputPicker
                key={slot.name}
                slot={slot}
                references={filled.inputs[slot.name] ?? []}
                onChange={(references) =>
                  setFilled((before) => ({ ...before, inputs: { ...before.inputs, [slot.name]: references } }))
                }
                error={
                  checked && wanting.includes(slot.title)
                    ? 'Choose a data set, or upload a file'
                    : refused.at[`inputs/${slot.name}`]
                }
              />
            ))}
          </Stack>
        </Section>
      )}
      {Object.keys(schema.properties ?? {}).length > 0 && (
        <Section title="Parameters">
          <Parameters
            schema={schema}
            values={filled.parameters}
            onChange={(parameters) => change({ parameters })}
            checked={checked}
            refused={submit.error}
          />
        </Section>
      )}
      <Options tool={tool} filled={filled} onChange={change} faults={refused.at} />
      <Quote request={wanting.length === 0 && faults.length === 0 ? requestOf(tool, slots, filled) : null} />
      {submit.error && <ProblemNote error={submit.error} faults={refused.rest} title="The run was not accepted" />}
      <Group>
        <Button size="md" onClick={send} loading={submit.isPending}>
          Run
        </Button>
        {checked && <Lacking count={wanting.length + faults.length} />}
      </Group>
    </Stack>
  )
}

/** Sends the same request under the same key, so that a lost answer makes no second run. */
function useSubmit(before: string | undefined) {
  const navigate = useNavigate()
  const [sent, setSent] = useState<{ text: string; key: string } | null>(null)
  return useMutation({
    mutationFn: (body: NewRun) => {
      const text = JSON.stringify(body)
      const key = sent?.text === text ? sent.key : newKey()
      setSent({ text, key })
      return take(api.POST('/api/v1/runs', { body, params: { header: { 'Idempotency-Key': key } } }))
    },
    onSuccess: (run) => void navigate({ to: '/runs/$run', params: { run: run.id }, search: before ? { before } : {} }),
  })
}
