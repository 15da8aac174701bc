import { problemFrom, unreachable } from '@/api/problem'

/** One server-sent event. */
export interface StreamEvent {
  name: string
  data: string
  id: string
}

/** Takes the text of an event stream piece by piece, and gives the events that are whole. */
export class EventParser {
  private rest = ''
  private id = ''

  push(text: string): StreamEvent[] {
    const blocks = (this.rest + text).replaceAll('\r\n', '\n').split('\n\n')
    this.rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => this.read(block))
  }

  private read(block: string): StreamEvent[] {
    let name = 'message'
    const data: string[] = []
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':')
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') name = value
      else if (field === 'data') data.push(value)
      else if (field === 'id') this.id = value
    }
    return data.length ? [{ name, data: data.join('\n'), id: this.id }] : []
  }
}

export interface Following {
  signal: AbortSignal
  onEvent: (event: StreamEvent) => void
  /** Told whether the stream is open, each time that changes. */
  onOpen?: (open: boolean) => void
  /** Asked when the stream came to its end: whether nothing will be added. */
  over: () => boolean
}

const LONGEST_PAUSE_MS = 15_000
const FIRST_PAUSE_MS = 500

/**
 * Follow a stream until it is over or the signal is given, opening it again behind the last event seen.
 * A page in the background lets go of it, for a browser has only a few connections to a station, and takes it up again
 * when it is shown. Throws `Problem` where the station refuses it.
 */
export async function follow(path: string, following: Following): Promise<void> {
  let last = ''
  let pause = FIRST_PAUSE_MS
  for (;;) {
    await shown(following.signal)
    const outcome = await once(path, last, following, (event) => {
      last = event.id
      pause = FIRST_PAUSE_MS
    })
    if (!document.hidden) following.onOpen?.(false)
    if (stopped(following.signal) || (outcome === 'ended' && following.over())) return
    await sleep(pause, following.signal)
    if (stopped(following.signal)) return
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }
}

async function once(
  path: string,
  last: string,
  { signal, onEvent, onOpen }: Following,
  note: (event: StreamEvent) => void,
): Promise<'ended' | 'broken'> {
  const connection = whileShown(signal)
  try {
    const headers = { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) }
    const answer = await fetch(path, { headers, signal: connection.signal })
    if (!answer.ok || !answer.body) await refuse(answer)
    if (!answer.body) return 'ended'
    onOpen?.(true)
    const parser = new EventParser()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'ended'
      for (const event of parser.push(value)) {
        note(event)
        onEvent(event)
      }
    }
  } catch (thrown) {
    if (thrown instanceof Refused) throw thrown.problem
    return 'broken'
  } finally {
    connection.done()
  }
}

const HIDDEN_MS = 10_000

/** A signal for one connection: given with the outer one, or when the page has been in the background for a while. */
function whileShown(outer: AbortSignal): { signal: AbortSignal; done: () => void } {
  const inner = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(() => inner.abort(), HIDDEN_MS)
  }
  document.addEventListener('visibilitychange', look)
  const done = () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  }
  return { signal: AbortSignal.any([outer, inner.signal]), done }
}

/** Wait until the page is in the foreground. */
function shown(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve()
  return new Promise((resolve) => {
    const go = () => {
      document.removeEventListener('visibilitychange', go)
      resolve()
    }
    document.addEventListener('visibilitychange', go)
    signal.addEventListener('abort', go)
  })
}

class Refused extends Error {
  constructor(readonly problem: Error) {
    super(problem.message)
  }
}

/** Throws what the station said; a station that is only busy or away is asked again. */
async function refuse(answer: Response): Promise<never> {
  if (answer.status >= 500) throw unreachable()
  throw new Refused(problemFrom(answer.status, await answer.json().catch(() => null)))
}

/** Asked anew each time: a signal changes while something is awaited. */
function stopped(signal: AbortSignal): boolean {
  return signal.aborted
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
