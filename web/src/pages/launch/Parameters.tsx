import { generateForm } from '@rjsf/mantine'
import { toErrorSchema, type ErrorSchema, type RegistryWidgetsType, type RJSFSchema, type UiSchema } from '@rjsf/utils'
import { useMemo } from 'react'
import { faultsBelow, faultsOutside } from '@/show/faults'
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
  /** Under which name the station names their faults; none where it names them by themselves. */
  below?: string | null
  /** Fields of our own, by the `format` of what they take. */
  widgets?: RegistryWidgetsType<Values>
  /** What those fields are told. */
  context?: Readonly<Record<string, unknown>>
}

const NO_WIDGETS: RegistryWidgetsType<Values> = {}

/** The fields of a tool's parameters, made from their JSON Schema. */
export function Parameters(props: ParametersProps) {
  const { schema, values, onChange, checked, refused, below = 'parameters', widgets = NO_WIDGETS, context } = props
  const extra = useMemo(() => told(refused, below), [refused, below])
  return (
    <div className={classes.parameters}>
      <Form
        tagName="div"
        idPrefix="parameter"
        schema={schema}
        uiSchema={LOOKS}
        formData={values}
        validator={validator}
        widgets={widgets}
        formContext={context}
        extraErrors={extra}
        liveValidate={checked}
        showErrorList={false}
        onChange={({ formData }) => onChange(formData ?? {})}
      />
    </div>
  )
}

/** The faults that the station named, at their fields. */
function told(refused: unknown, below: string | null): ErrorSchema<Values> {
  const faults = below === null ? faultsOutside(refused) : faultsBelow(refused, below)
  return toErrorSchema<Values>(
    faults.map(({ steps, text }) => ({
      stack: text,
      message: text,
      property: steps.map((step) => `.${step}`).join(''),
    })),
  )
}
