import createClient from 'openapi-fetch'
import { problemFrom, unreachable } from './problem'
import type { components, paths } from './schema'

type Schemas = components['schemas']
export type Me = Schemas['MeOut']
export type Run = Schemas['RunOut']
export type RunState = Run['state']
export type RunReason = NonNullable<Run['reason']>
export type RunGroup = Schemas['RunGroupOut']
export type Quote = Schemas['QuoteOut']
export type Usage = Schemas['UsageOut']
export type Attempt = Schemas['AttemptOut']
export type RunEvent = Schemas['EventOut']
export type Explanation = Schemas['ExplanationOut']
export type Comparison = Schemas['ComparisonOut']
export type Lineage = Schemas['LineageOut']
export type ToolItem = Schemas['ToolItemOut']
export type Tool = Schemas['ToolOut']
export type Dataset = Schemas['DatasetOut']
export type Version = Schemas['VersionOut']
export type StoredFile = Schemas['FileOut']
export type TreeEntry = Schemas['TreeEntryOut']
export type DatasetFacets = Schemas['FacetsOut']
export type SearchResults = Schemas['SearchOut']
export type Use = Schemas['UseOut']
export type Citation = Schemas['CitationOut']
export type Molecule = Schemas['MoleculeOut']
export type FoundMolecule = Schemas['FoundMoleculeOut']
export type MoleculeReading = Schemas['ReadingOut']
export type Account = Schemas['AccountOut']
export type Project = Schemas['ProjectOut']
export type ProjectFile = Schemas['EntryOut']
export type Task = Schemas['TaskOut']
export type TaskDetail = Schemas['TaskDetailOut']
export type TaskEvent = Schemas['TaskEventOut']
export type Organisation = Schemas['OrganisationOut']
export type Unit = Schemas['UnitOut']
export type Product = Schemas['ProductOut']
export type Tariff = Schemas['TariffOut']
export type Asset = Schemas['AssetOut']
export type Workflow = Schemas['WorkflowOut']
export type WholeWorkflow = Schemas['WholeWorkflowOut']
export type WorkflowStep = Schemas['StepOut']
export type WorkflowState = Schemas['RunningOut']['state']
export type RunningWorkflow = Schemas['RunningOut']
export type RunningStep = Schemas['RunningStepOut']
export type StationView = Schemas['StationOut']
export type Condition = Schemas['Condition']
export type Token = Schemas['TokenOut']
export type Job = Schemas['JobOut']
export type JobForm = Schemas['JobFormOut']
export type Instance = Schemas['InstanceOut']
export type Application = Schemas['ApplicationOut']
export type App = Schemas['AppOut']
export type NewLaunch = Schemas['LaunchIn']
export type NewRun = Schemas['RunIn']

/** Proves to the station that a page of its own asks, together with the browser's Origin. */
export const PROOF = { 'X-Fieldstation': '1' }

/** The REST interface, typed from its own description. */
export const api = createClient<paths>({ headers: PROOF })

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Return what was asked for; throws `Problem` where the station refuses or does not answer. */
export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked.catch((thrown: unknown) => {
    throw thrown instanceof DOMException && thrown.name === 'AbortError' ? thrown : unreachable()
  })
  if (!answer.response.ok) {
    throw problemFrom(answer.response.status, answer.error, answer.response.headers.get('x-request-id') ?? '')
  }
  return answer.data as T
}

/** A page of a list, as every list of the station answers it. */
export interface Page<T> {
  items: T[]
  next?: string | null
}

/** A key that makes a request safe to repeat; it is there on plain http too, where `crypto.randomUUID` is not. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
