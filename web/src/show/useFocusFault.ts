import { useEffect } from 'react'

/** Brings the reader to the first field that something was refused about. */
export function useFocusFault(error: unknown): void {
  useEffect(() => {
    if (!error) return
    document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus()
  }, [error])
}
