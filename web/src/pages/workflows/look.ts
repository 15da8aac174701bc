import { IconBan, IconCircleCheck, IconCircleX, IconClock, IconPlayerPlay } from '@tabler/icons-react'
import type { RunningStep, Workflow, WorkflowState } from '@/api/client'

export type StepState = WorkflowState | 'waiting'

/** How each state of a workflow and its steps is shown: never by colour alone. */
export const LOOKS: Readonly<Record<StepState, { word: string; icon: typeof IconClock; color: string }>> = {
  waiting: { word: 'Waiting', icon: IconClock, color: 'var(--field-wait)' },
  running: { word: 'Running', icon: IconPlayerPlay, color: 'var(--field-busy)' },
  success: { word: 'Succeeded', icon: IconCircleCheck, color: 'var(--field-good)' },
  failure: { word: 'Failed', icon: IconCircleX, color: 'var(--field-bad)' },
  stopped: { word: 'Stopped', icon: IconBan, color: 'var(--field-still)' },
}

/** What a workflow is: `draft`, or `version 1.0.0`. */
export function kindOf({ version }: Pick<Workflow, 'version'>): string {
  return version ? `version ${version}` : 'draft'
}

const WHOM: Readonly<Record<Workflow['scope'], string>> = {
  user: 'seen by you alone',
  project: 'seen by a project',
  product: 'seen by who uses a product',
  unit: 'seen by a unit',
  organisation: 'seen by an organisation',
  global: 'seen by everybody',
}

export function seenBy({ scope }: Pick<Workflow, 'scope'>): string {
  return WHOM[scope]
}

/** How far a step is, of which several replicas may have been launched. */
export interface Progress {
  state: StepState
  done: number
  replicas: number
  /** What there is of it, in the order of their numbers. */
  launched: readonly RunningStep[]
}

export function progressOf(name: string, launched: readonly RunningStep[]): Progress {
  const own = launched.filter((step) => step.name === name).sort((one, other) => one.replica - other.replica)
  const replicas = own[0]?.replicas ?? 1
  const done = own.filter((step) => step.state === 'success').length
  return { state: stateOf(own, replicas), done, replicas, launched: own }
}

function stateOf(own: readonly RunningStep[], replicas: number): StepState {
  if (own.length === 0) return 'waiting'
  if (own.some((step) => step.state === 'failure')) return 'failure'
  return own.length === replicas && own.every((step) => step.state === 'success') ? 'success' : 'running'
}
