import type { RJSFSchema } from '@rjsf/utils'
import { Parameters } from '@/pages/launch/Parameters'
import type { Values } from '@/pages/launch/validator'
import { WIDGETS } from './FileWidgets'

interface VariablesProps {
  project: string
  schema: RJSFSchema
  values: Values
  onChange: (values: Values) => void
  checked: boolean
  refused: unknown
}

/** The fields of a job's variables, made from their JSON Schema; files are chosen among those of the project. */
export function Variables({ project, ...given }: VariablesProps) {
  return <Parameters {...given} below={null} widgets={WIDGETS} context={{ project }} />
}
