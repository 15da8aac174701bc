import { expect, it } from 'vitest'
import { found, LogText, marked, shown, type Piece } from './assemble'

function lines(...pieces: (string | Partial<Piece>)[]): string[] {
  const text = new LogText()
  for (const piece of pieces) {
    const given = typeof piece === 'string' ? { text: piece } : piece
    text.push({ offset: 0, skipped: 0, attempt: 1, text: '', ...given }, (bytes) => `${bytes} missing`)
  }
  return text.lines.map((line) => (line.mark ? `[${line.text}]` : line.text))
}

it('cuts lines wherever the pieces are cut', () => {
  expect(lines('a', 'b\nc', '\n', '\nd')).toEqual(['ab', 'c', '', 'd'])
})

it('has no line behind a last line end', () => {
  expect(lines('a\nb\n')).toEqual(['a', 'b'])
  expect(lines('')).toEqual([])
})

it('shows a line as a terminal would', () => {
  expect(lines('10 %\r50 %', '\r100 %\n')).toEqual(['100 %'])
  expect(lines('dos\r\nends\r\n')).toEqual(['dos', 'ends'])
  expect(shown('\u001b[1;31mred\u001b[0m and \u001b]0;title\u0007plain')).toBe('red and plain')
})

it('joins a colour code that was cut in two', () => {
  expect(lines('\u001b[3', '1mred\u001b[0m\n')).toEqual(['red'])
})

it('marks what is not kept, and where an attempt begins', () => {
  expect(lines('half', { skipped: 7, text: 'tail\n' }, { attempt: 2, text: 'again' })).toEqual([
    'half',
    '[7 missing]',
    'tail',
    '[Attempt 2]',
    'again',
  ])
})

it('finds lines whatever the case, and cuts them at every hit', () => {
  const given = ['An Error', 'fine', 'errors and error'].map((text) => ({ text }))
  expect(found(given, 'error')).toEqual([0, 2])
  expect(found(given, '')).toEqual([])
  expect(marked('errors and Error', 'error')).toEqual(['', 'error', 's and ', 'Error', ''])
  expect(marked('plain', '')).toEqual(['plain'])
})
