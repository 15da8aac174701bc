import { asProblem, type FaultAt } from '@/api/problem'
import { sentence } from './words'

const ROOTS = new Set(['body', 'query', 'path', 'header'])

/** Faults of a request sorted to the fields of its form: `at` by the name of the field, `rest` what belongs to none. */
export interface FieldFaults<Name extends string> {
  at: Partial<Record<Name, string>>
  rest: readonly FaultAt[]
}

/** The steps of a JSON pointer into a request, without the part of the request it begins with. */
export function steps(where: string): readonly string[] {
  if (!where.startsWith('/')) return []
  const all = where
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return ROOTS.has(all[0] ?? '') ? all.slice(1) : all
}

/**
 * Sort what the station named to the fields of a form; several faults of one field become one text.
 *
 * A field is named by the steps to it, `name` or `inputs/table`; one above takes the faults of all below it.
 * `reasons` says of which field a refusal without faults speaks: `{ name_taken: 'name' }`.
 */
export function fieldFaults<Name extends string>(
  error: unknown,
  names: readonly Name[],
  reasons: Readonly<Record<string, Name>> = {},
): FieldFaults<Name> {
  if (error === null || error === undefined) return { at: {}, rest: [] }
  const problem = asProblem(error)
  const at: Partial<Record<Name, string>> = {}
  const rest: FaultAt[] = []
  for (const fault of problem.faults) {
    const path = `${steps(fault.where).join('/')}/`
    const name = names.find((one) => path.startsWith(`${one}/`))
    if (name === undefined) rest.push(fault)
    else at[name] = at[name] ? `${at[name]}; ${fault.text}` : fault.text
  }
  const meant = reasons[problem.reason]
  if (meant !== undefined) at[meant] ??= sentence(problem.message)
  return { at, rest }
}

/** The faults of everything below one field, each with the steps from there. */
export function faultsBelow(error: unknown, field: string): readonly { steps: readonly string[]; text: string }[] {
  if (error === null || error === undefined) return []
  return asProblem(error).faults.flatMap(({ where, text }) => {
    const [first, ...more] = steps(where)
    return first === field ? [{ steps: more, text }] : []
  })
}

/** The faults of what is no part of a request's body by name, as the values of a job are: each with the steps to it. */
export function faultsOutside(error: unknown): readonly { steps: readonly string[]; text: string }[] {
  if (error === null || error === undefined) return []
  return asProblem(error).faults.flatMap(({ where, text }) => {
    const inBody = ROOTS.has(where.split('/')[1] ?? '')
    return inBody || !where ? [] : [{ steps: steps(where), text }]
  })
}
