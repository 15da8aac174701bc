import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take, type Project } from '@/api/client'
import { MemberList, type Role, type RoleChoice } from '@/show/MemberList'
import { may } from './may'
import { projectMembersQuery } from './queries'

const ROLES: readonly RoleChoice[] = [
  { value: 'reader', label: 'may look' },
  { value: 'editor', label: 'may change files and run' },
  { value: 'owner', label: 'owns it' },
]
const ADDRESS = '/api/v1/projects/{reference}/members/{username}'

/** Who may do what in a project. */
export function Members({ project }: { project: Project }) {
  const queries = useQueryClient()
  const found = useQuery(projectMembersQuery(project.id))
  const refresh = () => queries.invalidateQueries({ queryKey: ['projects', project.id] })
  const at = (username: string) => ({ params: { path: { reference: project.id, username } } })
  const put = useMutation({
    mutationFn: ({ name, role }: { name: string; role: Role }) =>
      take(api.PUT(ADDRESS, { ...at(name), body: { role } })),
    onSuccess: refresh,
  })
  const remove = useMutation({ mutationFn: (name: string) => take(api.DELETE(ADDRESS, at(name))), onSuccess: refresh })
  return (
    <MemberList
      found={found}
      roles={ROLES}
      owns={may(project, 'project:own')}
      put={put}
      remove={remove}
      hint="Who may look sees the files, the runs and their logs."
    />
  )
}
