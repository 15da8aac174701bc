import { generateForm } from '@rjsf/mantine'
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import { validator } from '@/pages/launch/validator'
import { nestedFaults, type Fault, type Metadata } from './entries'
import classes from './Metadata.module.css'

const Form = generateForm<Metadata>()
const LOOKS: UiSchema<Metadata> = { 'ui:submitButtonOptions': { norender: true }, 'ui:title': '', 'ui:description': '' }

interface SchemaFormProps {
  schema: RJSFSchema
  metadata: Metadata
  onChange: (metadata: Metadata) => void
  /** What the station said about what was sent. */
  faults: readonly Fault[]
}

/** The fields of metadata, made from the JSON Schema of the data set. */
export default function SchemaForm({ schema, metadata, onChange, faults }: SchemaFormProps) {
  return (
    <div className={classes.form}>
      <Form
        tagName="div"
        idPrefix="metadata"
        schema={schema}
        uiSchema={LOOKS}
        formData={metadata}
        validator={validator}
        liveValidate={faults.length > 0}
        extraErrors={nestedFaults(faults)}
        showErrorList={false}
        onChange={({ formData }) => onChange(formData ?? {})}
      />
    </div>
  )
}
