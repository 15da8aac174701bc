import { asProblem, type FaultAt } from '@/api/problem'

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

/** Sort the faults that the station named to the fields of a form; several of one field become one text. */
export function fieldFaults<Name extends string>(error: unknown, names: readonly Name[]): FieldFaults<Name> {
  const at: Partial<Record<Name, string>> = {}
  const rest: FaultAt[] = []
  const faults = error === null || error === undefined ? [] : asProblem(error).faults
  for (const fault of faults) {
    const name = names.find((one) => one === steps(fault.where)[0])
    if (name === undefined) rest.push(fault)
    else at[name] = at[name] ? `${at[name]}; ${fault.text}` : fault.text
  }
  return { at, rest }
}
