import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '@/api/client'
import { within } from './address'

export interface Move {
  source: string
  target: string
}

/** Gives files and folders other names and places. */
export function useMove(project: string, done?: () => void) {
  const queries = useQueryClient()
  const moving = useMutation({
    mutationFn: (body: Move) =>
      take(api.POST('/api/v1/projects/{reference}/moves', { params: { path: { reference: project } }, body })),
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ['project-files', project] }), // a refusal tells of others too
  })
  const into = (path: string, folder: string) =>
    moving.mutate({ source: path, target: within(folder, path.slice(path.lastIndexOf('/') + 1)) })
  return { ...moving, into }
}
