/** One piece of a log, as the station's stream gives it. */
export interface Piece {
  attempt?: number | null
  offset: number
  /** How many bytes before it are not kept. */
  skipped: number
  text: string
}

/** One line of a log; a `mark` is said by the console, not by the program. */
export interface Line {
  text: string
  mark?: true
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** Puts the pieces of a log together into lines; what was already given is never changed but for the last line. */
export class LogText {
  readonly lines: Line[] = []
  private open = '' // the last line as it was written, while it may go on
  private isOpen = false
  private attempt: number | null = null

  /** Add a piece. Colour codes are dropped, and a carriage return begins its line anew, as on a terminal. */
  push(piece: Piece, notKept: (bytes: number) => string): void {
    const attempt = piece.attempt ?? null
    if (attempt !== null && this.attempt !== null && attempt !== this.attempt) this.mark(`Attempt ${attempt}`)
    this.attempt = attempt ?? this.attempt
    if (piece.skipped > 0) this.mark(notKept(piece.skipped))
    const [first = '', ...others] = piece.text.split('\n')
    this.grow(first)
    for (const text of others) {
      this.close()
      this.grow(text)
    }
  }

  private grow(text: string): void {
    if (!text) return
    this.open += text
    const line = { text: shown(this.open) }
    if (this.isOpen) this.lines[this.lines.length - 1] = line
    else this.lines.push(line)
    this.isOpen = true
  }

  private close(): void {
    if (!this.isOpen) this.lines.push({ text: '' })
    this.open = ''
    this.isOpen = false
  }

  private mark(text: string): void {
    this.open = ''
    this.isOpen = false
    this.lines.push({ text, mark: true })
  }
}

/** What a terminal would show of a line. */
export function shown(written: string): string {
  const plain = written.replace(ESCAPES, '').replace(/\r+$/, '')
  return plain.slice(plain.lastIndexOf('\r') + 1)
}

/** The numbers of all lines that contain the text, whatever the case of its letters. */
export function found(lines: readonly Line[], wanted: string): readonly number[] {
  const low = wanted.toLowerCase()
  if (!low) return []
  return lines.flatMap((line, number) => (line.text.toLowerCase().includes(low) ? [number] : []))
}

/** A line cut where the wanted text begins and ends; every second part is the text itself. */
export function marked(text: string, wanted: string): readonly string[] {
  const [low, parts] = [wanted.toLowerCase(), [] as string[]]
  if (!low) return [text]
  const lowered = text.toLowerCase()
  let from = 0
  for (let at = lowered.indexOf(low); at >= 0; at = lowered.indexOf(low, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + low.length))
    from = at + low.length
  }
  return [...parts, text.slice(from)]
}
