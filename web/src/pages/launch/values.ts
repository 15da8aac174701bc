import type { RJSFSchema } from '@rjsf/utils'
import type { NewRun, Run, Tool } from '@/api/client'
import { written } from './reference'

const MIB = 1 << 20
const USUAL_PRIORITY = 5

/** What the form of a tool holds while it is filled in. */
export interface Filled {
  parameters: Record<string, unknown>
  /** References by slot; an empty text is a place not yet filled. */
  inputs: Readonly<Record<string, readonly string[]>>
  name: string
  output: string
  /** Id of the unit that pays for the data set of the output; empty for the usual one. */
  unit: string
  /** From 0 (last) to 9 (first). */
  priority: number
  reuse: boolean
  resources: Resources
}

/** Processor cores, and MiB of memory and disk. */
export interface Resources {
  cpu: number
  memory: number
  disk: number
}

/** One input that a tool takes. */
export interface Slot {
  name: string
  title: string
  description: string
  mediaTypes: readonly string[]
  required: boolean
  many: boolean
}

/** The schema of the parameters alone, with the definitions they refer to. */
export function parametersOf(form: RJSFSchema): RJSFSchema {
  const parameters = form.properties?.['parameters']
  const alone = typeof parameters === 'object' ? parameters : { type: 'object' as const }
  return form.$defs ? { ...alone, $defs: form.$defs } : alone
}

/** The inputs that the form asks for. */
export function slotsOf(form: RJSFSchema): readonly Slot[] {
  const inputs = form.properties?.['inputs']
  if (typeof inputs !== 'object') return []
  return Object.entries(inputs.properties ?? {}).map(([name, schema]) => {
    const about = (typeof schema === 'object' ? schema : {}) as RJSFSchema & { 'x-media-types'?: string[] }
    return {
      name,
      title: about.title ?? name,
      description: about.description ?? '',
      mediaTypes: about['x-media-types'] ?? [],
      required: inputs.required?.includes(name) ?? false,
      many: about.type === 'array',
    }
  })
}

/** What the form begins with: the tool's own values, or those of a run that is to be changed. */
export function beginning(tool: Tool, slots: readonly Slot[], from: Run | undefined): Filled {
  const inputs = slots.map((slot) => {
    const taken = from?.inputs.filter((input) => input.slot === slot.name) ?? []
    const references = taken.map(({ dataset, number, path }) => written({ dataset, number, ...(path && { path }) }))
    return [slot.name, references.length ? references : ['']] as const
  })
  return {
    parameters: from?.parameters ?? {},
    inputs: Object.fromEntries(inputs),
    name: from?.name ?? '',
    output: from?.output_name ?? '',
    unit: '',
    priority: from?.priority ?? USUAL_PRIORITY,
    reuse: true,
    resources: from ? takenBy(from, resourcesOf(tool)) : resourcesOf(tool),
  }
}

/** What a run was allowed; in whole MiB, as the form has it. */
function takenBy(run: Run, usual: Resources): Resources {
  const { cpu, memory_bytes: memory, disk_bytes: disk } = run.resources
  return {
    cpu: typeof cpu === 'number' ? cpu : usual.cpu,
    memory: typeof memory === 'number' ? Math.round(memory / MIB) : usual.memory,
    disk: typeof disk === 'number' ? Math.round(disk / MIB) : usual.disk,
  }
}

/** What the tool asks for. */
export function resourcesOf(tool: Tool): Resources {
  const asked = tool.definition['resources'] as { cpu?: number; memory?: number; disk?: number } | undefined
  return {
    cpu: asked?.cpu ?? 1,
    memory: Math.round((asked?.memory ?? 0) / MIB),
    disk: Math.round((asked?.disk ?? 0) / MIB),
  }
}

/** The request for a run; only what differs from the tool's own resources is asked for. */
export function requestOf(tool: Tool, slots: readonly Slot[], filled: Filled): NewRun {
  const inputs: Record<string, string | string[]> = {}
  for (const slot of slots) {
    const references = (filled.inputs[slot.name] ?? []).filter(Boolean)
    if (references[0]) inputs[slot.name] = slot.many ? references : references[0]
  }
  const output = {
    ...(filled.output.trim() && { dataset: filled.output.trim() }),
    ...(filled.unit && { unit: filled.unit }),
  }
  const usual = resourcesOf(tool)
  const { cpu, memory, disk } = filled.resources
  return {
    tool: `${tool.name}@${tool.version}`,
    parameters: filled.parameters,
    inputs,
    ...(filled.name.trim() && { name: filled.name.trim() }),
    ...(Object.keys(output).length > 0 && { output }),
    priority: filled.priority,
    reuse: filled.reuse,
    resources: {
      ...(cpu !== usual.cpu && { cpu }),
      ...(memory !== usual.memory && { memory_bytes: memory * MIB }),
      ...(disk !== usual.disk && { disk_bytes: disk * MIB }),
    },
  }
}

/** The titles of the inputs that have to be chosen yet. */
export function lacking(slots: readonly Slot[], filled: Filled): readonly string[] {
  return slots
    .filter((slot) => slot.required && !(filled.inputs[slot.name] ?? []).some(Boolean))
    .map((slot) => slot.title)
}
