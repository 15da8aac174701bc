import { generateForm } from '@rjsf/mantine'
import { toErrorSchema, type ErrorSchema, type RJSFSchema, type UiSchema } from '@rjsf/utils'
import { useMemo } from 'react'
import { faultsBelow } from '@/show/faults'
import { validator, type Values } from './validator'
import classes from './Parameters.module.css'

const Form = generateForm<Values>()
const LOOKS: UiSchema<Values> = { 'ui:submitButtonOptions': { norender: true } }

interface ParametersProps {
  schema: RJSFSchema
  values: Values
  onChange: (values: Values) => void
  /** Whether faults are shown: not before the reader has tried to send. */
  checked: boolean
  /** What the station said when it refused them. */
  refused: unknown
}

/** The fields of a tool's parameters, made from their JSON Schema. */
export function Parameters({ schema, values, onChange, checked, refused }: ParametersProps) {
  const extra = useMemo(() => told(refused), [refused])
  return (
    <div className={classes.parameters}>
      <Form
        tagName="div"
        idPrefix="parameter"
        schema={schema}
        uiSchema={LOOKS}
        formData={values}
        validator={validator}
        extraErrors={extra}
        liveValidate={checked}
        showErrorList={false}
        onChange={({ formData }) => onChange(formData ?? {})}
      />
    </div>
  )
}

/** The faults that the station named, at their fields. */
function told(refused: unknown): ErrorSchema<Values> {
  return toErrorSchema<Values>(
    faultsBelow(refused, 'parameters').map(({ steps, text }) => ({
      stack: text,
      message: text,
      property: steps.map((step) => `.${step}`).join(''),
    })),
  )
}
