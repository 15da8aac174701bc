import { asProblem } from '@/api/problem'
import type { Progress } from './jobs'
import { rate, sampled, type Sample } from './rate'
import { Stopped } from './stopped'

const AT_ONCE = 3 // of a browser's six connections: one has the news, one may have a log, one is left for the rest
const NEXT_TRIES_MS = [500, 1000, 2000, 4000, 8000, 16_000] // a network that goes away comes back

/** One file on its way: where it goes, and why it did not get there. */
export interface Item {
  path: string
  file: File
  replace: boolean
  sent: number
  /** How often the station could not be reached. */
  lost: number
  error?: unknown
}

/**
 * Brings one file; says how far it is by `onSent`. Throws `Problem` where the station refuses, with the reason `exists`
 * where something is there that may not be replaced, and `Stopped` by the signal.
 */
export type Send = (item: Item, signal: AbortSignal, onSent: (bytes: number) => void) => Promise<void>

export type LotPhase = 'sending' | 'asking' | 'stopped' | 'failed' | 'done'

/** What there is to see of a lot. */
export interface LotView {
  phase: LotPhase
  progress: Progress
  /** Paths at which something is already; nothing is sent there before somebody said so. */
  asks: readonly string[]
  failed: readonly { path: string; error: unknown }[]
}

/** Files on their way into one folder tree, a few at a time; more can be added while it works. */
export class Lot {
  private readonly waiting: Item[] = []
  private readonly running = new Map<Item, AbortController>()
  private asks: Item[] = []
  private failed: Item[] = []
  private samples: Sample[] = []
  private stopped = false
  private files = 0
  private done = 0
  private total = 0
  private doneBytes = 0

  constructor(
    private readonly bring: Send,
    private readonly tell: (view: LotView) => void,
    private readonly onFile: () => void,
    private readonly pauses: readonly number[] = NEXT_TRIES_MS,
  ) {}

  add(chosen: readonly { path: string; file: File }[]): void {
    for (const { path, file } of chosen) this.waiting.push({ path, file, replace: false, sent: 0, lost: 0 })
    this.files += chosen.length
    this.total += chosen.reduce((sum, { file }) => sum + file.size, 0)
    this.goOn()
  }

  /** Stop for now; what is not whole at the station has to be sent again. */
  stop(): void {
    this.stopped = true
    this.running.forEach((controller) => controller.abort())
    this.told()
  }

  goOn(): void {
    this.stopped = false
    this.samples = []
    this.pump()
  }

  /** Say whether files take the place of what is there; those that may not are left out. */
  answer(replace: boolean, path?: string): void {
    const meant = this.asks.filter((item) => path === undefined || item.path === path)
    this.asks = this.asks.filter((item) => !meant.includes(item))
    for (const item of meant) {
      if (replace) this.waiting.push({ ...item, replace, sent: 0 })
      else this.leaveOut(item)
    }
    this.pump()
  }

  /** Try once more what failed. */
  again(): void {
    for (const item of this.failed) this.waiting.push({ ...item, sent: 0, lost: 0, error: undefined })
    this.failed = []
    this.goOn()
  }

  private leaveOut(item: Item): void {
    this.files -= 1
    this.total -= item.file.size
  }

  private pump(): void {
    while (!this.stopped && this.running.size < AT_ONCE) {
      const item = this.waiting.shift()
      if (!item) break
      void this.send(item)
    }
    this.told()
  }

  private async send(item: Item): Promise<void> {
    const controller = new AbortController()
    this.running.set(item, controller)
    try {
      await this.tryOn(item, controller.signal)
      this.done += 1
      this.doneBytes += item.file.size
      this.onFile()
    } catch (thrown) {
      this.missed(item, thrown)
    } finally {
      this.running.delete(item)
      this.pump()
    }
  }

  /** Bring a file; a station that cannot be reached is tried again after a while. */
  private async tryOn(item: Item, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.bring(item, signal, (bytes) => {
          item.sent = bytes
          this.told()
        })
        return
      } catch (thrown) {
        const pause = this.pauses[item.lost]
        if (pause === undefined || asProblem(thrown).status !== 0) throw thrown
        item.lost += 1
        item.sent = 0
        await rest(pause, signal)
      }
    }
  }

  private missed(item: Item, thrown: unknown): void {
    item.sent = 0
    if (thrown instanceof Stopped) this.waiting.unshift(item)
    else if (!item.replace && asProblem(thrown).reason === 'exists') this.asks.push(item)
    else this.failed.push({ ...item, error: thrown })
  }

  private phase(): LotPhase {
    if (this.running.size > 0) return 'sending'
    if (this.stopped && this.waiting.length > 0) return 'stopped'
    if (this.asks.length > 0) return 'asking'
    return this.failed.length > 0 ? 'failed' : 'done'
  }

  private told(): void {
    const sent = [...this.running.keys()].reduce((sum, { sent }) => sum + sent, this.doneBytes)
    this.samples = sampled(this.samples, { at: performance.now(), bytes: sent })
    this.tell({
      phase: this.phase(),
      progress: {
        sent: Math.min(sent, this.total),
        total: this.total,
        done: this.done,
        files: this.files,
        bytesPerSecond: rate(this.samples),
      },
      asks: this.asks.map(({ path }) => path).sort(),
      failed: this.failed.map(({ path, error }) => ({ path, error })),
    })
  }
}

function rest(pause: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, pause)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      fail(new Stopped())
    })
  })
}
