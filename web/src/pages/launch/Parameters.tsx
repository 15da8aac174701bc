import { generateForm } from '@rjsf/mantine'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
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
}

/** The fields of a tool's parameters, made from their JSON Schema. */
export function Parameters({ schema, values, onChange, checked }: ParametersProps) {
  return (
    <div className={classes.parameters}>
      <Form
        tagName="div"
        idPrefix="parameter"
        schema={schema}
        uiSchema={LOOKS}
        formData={values}
        validator={validator}
        liveValidate={checked}
        showErrorList={false}
        onChange={({ formData }) => onChange(formData ?? {})}
      />
    </div>
  )
}
