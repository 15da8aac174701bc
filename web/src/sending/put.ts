import { PROOF } from '@/api/client'
import { problemFrom, unreachable } from '@/api/problem'
import { Stopped } from './stopped'

interface Putting {
  signal: AbortSignal
  /** Told how many bytes went, now and then. */
  onSent: (bytes: number) => void
}

/** Send a file as the body of one request; throws `Problem` where the station refuses, `Stopped` by the signal. */
export function put(address: string, file: File, { signal, onSent }: Putting): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    for (const [name, value] of Object.entries(PROOF)) request.setRequestHeader(name, value)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done()
      else fail(problemFrom(request.status, parsed(request.responseText)))
    }
    request.onerror = () => fail(unreachable())
    request.onabort = () => fail(new Stopped())
    signal.addEventListener('abort', () => request.abort())
    if (signal.aborted) fail(new Stopped())
    else request.send(file)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
