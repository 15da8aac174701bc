import type { components } from './schema'

type Wire = components['schemas']['ProblemOut']
export type Fault = components['schemas']['Fault']
export type FaultAt = components['schemas']['FaultOut']

/** What went wrong with a request: what happened, whose fault it is, and what to do next. */
export class Problem extends Error {
  readonly status: number
  readonly reason: string
  readonly fault: Fault
  readonly nextStep: string
  readonly faults: readonly FaultAt[]
  readonly request: string

  constructor(given: Partial<Wire> & { status: number; detail: string }) {
    super(given.detail)
    this.name = 'Problem'
    this.status = given.status
    this.reason = given.reason ?? 'unknown'
    this.fault = given.fault ?? 'ours'
    this.nextStep = given.next_step ?? ''
    this.faults = given.problems ?? []
    this.request = given.instance ?? ''
  }
}

/** The station did not answer at all: status 0. */
export function unreachable(): Problem {
  return new Problem({
    status: 0,
    reason: 'unreachable',
    detail: 'the station does not answer',
    fault: 'passing',
    next_step: 'check your connection, or wait: it is asked again',
  })
}

/** Read the answer of a failed request, whether or not the station itself wrote it. */
export function problemFrom(status: number, body: unknown, request = ''): Problem {
  if (isWire(body)) return new Problem({ ...body, status })
  return new Problem({
    status,
    detail: `the station answered with status ${status} and no explanation`,
    fault: status >= 500 ? 'ours' : 'yours',
    next_step: status >= 500 ? 'try again; if it lasts, tell the operators of this station' : 'go back and try again',
    instance: request,
  })
}

/** Anything that was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof TypeError && /fetch|network|load/i.test(thrown.message)) return unreachable()
  return new Problem({
    status: -1,
    reason: 'console',
    detail: 'this page of the console failed',
    fault: 'ours',
    next_step: 'load the page again; if it lasts, tell the operators of this station',
  })
}

function isWire(body: unknown): body is Wire {
  return typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string'
}
