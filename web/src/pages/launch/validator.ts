import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema'
import { toErrorSchema, type RJSFSchema, type RJSFValidationError, type ValidatorType } from '@rjsf/utils'

export type Values = Record<string, unknown>

// What only says that something further in is wrong.
const OUTER = new Set([
  'properties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  'additionalProperties',
  'if',
  'then',
  'else',
])

/** Return every fault of the values, each with the place it is at. Compiles no code: the page's policy forbids that. */
export function faultsOf(schema: RJSFSchema, values: unknown): RJSFValidationError[] {
  const { errors } = new Validator(schema as Schema, '2020-12', false).validate(plain(values ?? {}))
  return errors.filter((unit) => !OUTER.has(unit.keyword)).map(asError)
}

/** The values as they would be sent: a field that was emptied again is not there. */
function plain(values: unknown): unknown {
  return JSON.parse(JSON.stringify(values))
}

function asError(unit: OutputUnit): RJSFValidationError {
  const missing = unit.keyword === 'required' ? /"(.+)"/.exec(unit.error)?.[1] : undefined
  const steps = unit.instanceLocation.split('/').slice(1).map(decode)
  const property = [...steps, ...(missing === undefined ? [] : [missing])].map((step) => `.${step}`).join('')
  const message = missing === undefined ? unit.error : 'is needed'
  return { name: unit.keyword, property, message, stack: `${property.slice(1)} ${message}`.trim() }
}

function decode(step: string): string {
  return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Judges what is filled in by the tool's own schema (2020-12). */
export const validator: ValidatorType<Values> = {
  validateFormData(values, schema, _custom, transform, uiSchema) {
    const found = faultsOf(schema, values)
    const errors = transform ? transform(found, uiSchema) : found
    return { errors, errorSchema: toErrorSchema<Values>(errors) }
  },
  isValid(schema, values, root) {
    const whole = { ...schema, $defs: { ...root.$defs, ...schema.$defs } }
    return values !== undefined && new Validator(whole as Schema, '2020-12').validate(plain(values)).valid
  },
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as the interface has it
  rawValidation<Result>(schema: RJSFSchema, values?: Values) {
    return { errors: faultsOf(schema, values) as Result[] }
  },
}

export default validator
