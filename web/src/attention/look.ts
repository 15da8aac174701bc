import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, take, type Run } from '@/api/client'
import { isFinal } from '@/show/runState'
import { attentionQuery } from './queries'

/** Takes note that the reader looked at all that ended until now. */
export function useLook(): () => void {
  const queries = useQueryClient()
  const { mutate } = useMutation({
    mutationFn: () => take(api.POST('/api/v1/attention/look')),
    onSettled: () => queries.invalidateQueries({ queryKey: attentionQuery.queryKey }),
  })
  return mutate
}

/** Takes note that the reader looks at a run, once it has ended. */
export function useSeen(run: Pick<Run, 'id' | 'state'> | undefined): void {
  const queries = useQueryClient()
  const ended = run && isFinal(run.state) ? run.id : undefined
  useEffect(() => {
    if (!ended) return
    void take(api.PUT('/api/v1/attention/runs/{run_id}', { params: { path: { run_id: ended } } })).then(
      () => queries.invalidateQueries({ queryKey: attentionQuery.queryKey }),
      () => undefined, // the next visit tells it again
    )
  }, [ended, queries])
}
