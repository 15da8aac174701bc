import type { FaultAt } from '@/api/problem'

export type Metadata = Record<string, unknown>

/** One line of metadata as somebody types it. */
export interface Entry {
  key: string
  value: string
}

/** Metadata as lines; a value that is no text is shown as JSON, and so is a text that would be read as something else. */
export function entriesOf(metadata: Metadata): Entry[] {
  return Object.entries(metadata).map(([key, value]) => ({ key, value: shownValue(value) }))
}

function shownValue(value: unknown): string {
  return typeof value === 'string' && readValue(value) === value ? value : JSON.stringify(value)
}

/** What somebody typed: JSON where it is some, else a text. */
export function readValue(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return typed
  }
}

/** Lines as metadata; those without a name are left out, and of one name the last counts. */
export function metadataOf(entries: readonly Entry[]): Metadata {
  const named = entries.filter(({ key }) => key.trim() !== '')
  return Object.fromEntries(named.map(({ key, value }) => [key.trim(), readValue(value)]))
}

/** Faults by where they are in the metadata: the steps into it, none for the whole. */
export interface Fault {
  steps: readonly string[]
  text: string
}

const ROOT = '/metadata'

/** What the station found, for the metadata; other faults are left to the note above the form. */
export function faultsIn(faults: readonly FaultAt[]): Fault[] {
  return faults
    .filter(({ where }) => where === ROOT || where.startsWith(`${ROOT}/`))
    .map(({ where, text }) => ({ steps: where.slice(ROOT.length).split('/').slice(1), text }))
}

/** The same as a form takes them: nested by step, texts under `__errors`. */
export interface Nested {
  [step: string]: Nested | string[] | undefined
  __errors?: string[]
}

export function nestedFaults(faults: readonly Fault[]): Nested {
  const root: Nested = {}
  for (const { steps, text } of faults) {
    let at = root
    for (const step of steps) at = (at[step] ??= {}) as Nested
    at.__errors = [...(at.__errors ?? []), text]
  }
  return root
}

/** The faults of one line, in one text. */
export function faultOf(faults: readonly Fault[], key: string): string | undefined {
  const texts = faults.filter(({ steps }) => steps[0] === key).map(({ text }) => text)
  return texts.length > 0 ? texts.join('; ') : undefined
}
