import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, take } from '@/api/client'
import { Sending } from '@/pages/upload/sending'
import type { Progress } from '@/sending/jobs'
import { Stopped } from '@/sending/stopped'

/** What is to be brought: from its registry where there is no file. */
interface Wanted {
  reference: string
  file: File | null
}

/** Sends the file of an image, if it comes from one, and has the station bring it; who leaves the page stops the sending. */
export function useBringing(done: () => void) {
  const queries = useQueryClient()
  const sending = useRef<Sending>(null)
  const [progress, setProgress] = useState<Progress | null>(null)
  const bring = useMutation({
    mutationFn: async ({ reference, file }: Wanted) => {
      if (file === null) return begun({ reference })
      await take(api.GET('/api/v1/images', { params: { query: { name: reference, limit: 1 } } })) // is it a name at all?
      sending.current = new Sending([{ path: file.name, file }], setProgress)
      const [sent] = await sending.current.run()
      const task = await begun({ reference, upload: sent?.upload })
      await sending.current.forget()
      return task
    },
    onSuccess: async () => {
      done()
      await queries.invalidateQueries({ queryKey: ['tasks'] })
    },
    onSettled: () => setProgress(null),
  })
  const under = bring.isPending && progress !== null
  useEffect(() => () => sending.current?.stop(), [])
  useEffect(() => {
    if (!under) return
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [under])
  const stopped = bring.error instanceof Stopped
  return { bring, progress, stopped, error: stopped ? null : bring.error, stop: () => sending.current?.stop() }
}

async function begun(body: { reference: string; upload?: string | undefined }): Promise<string> {
  const { reference, upload } = body
  return (await take(api.POST('/api/v1/images', { body: { reference, ...(upload && { upload }) } }))).task
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
