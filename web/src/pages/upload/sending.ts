import { defaultOptions, DetailedError, Upload } from 'tus-js-client'
import { PROOF } from '@/api/client'
import { problemFrom, unreachable } from '@/api/problem'
import type { Progress } from '@/sending/jobs'
import type { Chosen } from '@/sending/choice'
import { Stopped } from '@/sending/stopped'
import { rate, sampled, type Sample } from '@/sending/rate'

const ADDRESS = '/api/v1/uploads'
const AT_ONCE = 3 // of a browser's six connections: one has the news, one may have a log, one is left for the rest
const AT_CREATION_BYTES = 1024 * 1024 // more is sent behind the creation, so that its address is known when it breaks
const NEXT_TRIES_MS = [0, 500, 1000, 2000, 4000, 8000, 16_000]

export interface Sent {
  path: string
  upload: string
}

/** Brings files to the station in pieces. What came is kept: after a break, also one of the page, it goes on there. */
export class Sending {
  private readonly bytes = new Map<string, number>()
  private readonly running = new Map<string, { upload: Upload; fail: (reason: Error) => void }>()
  private readonly sent = new Map<string, Sent>()
  private samples: Sample[] = []
  private stopped = false

  constructor(
    private readonly chosen: readonly Chosen[],
    private readonly tell: (progress: Progress) => void,
  ) {}

  /** Send what was not sent yet; throws `Problem` where the station refuses, `Stopped` after `stop`. */
  async run(): Promise<Sent[]> {
    this.stopped = false
    this.samples = []
    const waiting = this.chosen.filter(({ path }) => !this.sent.has(path))
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (this.stopped) throw new Stopped()
        await this.send(next)
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
    } catch (thrown) {
      this.stop()
      throw thrown
    }
    return [...this.sent.values()]
  }

  /** Stop for now; what came stays at the station. */
  stop(): void {
    this.stopped = true
    for (const { upload, fail } of this.running.values()) {
      void upload.abort()
      fail(new Stopped())
    }
    this.running.clear()
  }

  /** Forget what the browser remembers of these uploads, once they are part of a version. */
  async forget(): Promise<void> {
    for (const { path, file } of this.chosen) {
      const known = await new Upload(file, options(path, file)).findPreviousUploads()
      for (const { urlStorageKey } of known) await defaultOptions.urlStorage.removeUpload(urlStorageKey)
    }
  }

  private async send({ path, file }: Chosen): Promise<void> {
    const url = await new Promise<string>((done, fail) => {
      const upload = new Upload(file, {
        ...options(path, file),
        onProgress: (bytes) => this.came(path, bytes),
        onSuccess: () => done(upload.url ?? ''),
        onError: (error) => fail(problemOf(error)),
      })
      this.running.set(path, { upload, fail })
      void upload.findPreviousUploads().then((known) => {
        if (known[0]) upload.resumeFromPreviousUpload(known[0])
        if (!this.stopped) upload.start()
      })
    }).finally(() => this.running.delete(path))
    this.sent.set(path, { path, upload: url.slice(url.lastIndexOf('/') + 1) })
    this.came(path, file.size)
  }

  private came(path: string, bytes: number): void {
    this.bytes.set(path, bytes)
    const sent = [...this.bytes.values()].reduce((sum, one) => sum + one, 0)
    this.samples = sampled(this.samples, { at: performance.now(), bytes: sent })
    this.tell({
      sent,
      total: totalOf(this.chosen),
      done: this.sent.size,
      files: this.chosen.length,
      bytesPerSecond: rate(this.samples),
    })
  }
}

export function totalOf(chosen: readonly Chosen[]): number {
  return chosen.reduce((sum, { file }) => sum + file.size, 0)
}

function options(path: string, file: File) {
  return {
    endpoint: ADDRESS,
    headers: PROOF,
    metadata: { filename: path },
    retryDelays: NEXT_TRIES_MS,
    uploadDataDuringCreation: file.size <= AT_CREATION_BYTES,
    fingerprint: () => Promise.resolve(['fieldstation', path, file.size, file.lastModified].join('|')),
  }
}

function problemOf(error: Error): Error {
  if (!(error instanceof DetailedError)) return error
  const answer = error.originalResponse
  if (!answer) return unreachable()
  return problemFrom(answer.getStatus(), parsed(answer.getBody()))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
