import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'

const TYPING_MS = 300

/**
 * A text that is typed here and kept elsewhere: handed on once the typing pauses, and taken over when it is changed
 * from elsewhere. What is typed meanwhile is never lost.
 */
export function useTyped(
  value: string | undefined,
  onChange: (text: string) => void,
): [string, (text: string) => void] {
  const [text, setText] = useState(value ?? '')
  const [known, setKnown] = useState(value)
  const [sent, setSent] = useState(value ?? '')
  if (value !== known) {
    setKnown(value)
    if ((value ?? '') !== sent) setText(value ?? '')
  }
  const hand = useDebouncedCallback((next: string) => {
    setSent(next.trim())
    onChange(next)
  }, TYPING_MS)
  return [
    text,
    (next) => {
      setText(next)
      hand(next)
    },
  ]
}
