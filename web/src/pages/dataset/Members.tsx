import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take, type Dataset } from '@/api/client'
import { MemberList, type Role, type RoleChoice } from '@/show/MemberList'
import { may } from './may'
import { membersQuery } from './queries'

const ROLES: readonly RoleChoice[] = [
  { value: 'reader', label: 'may read' },
  { value: 'editor', label: 'may add versions' },
  { value: 'owner', label: 'owns it' },
]
const ADDRESS = '/api/v1/datasets/{reference}/members/{username}'

/** Who may do what with a data set. */
export function Members({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient()
  const found = useQuery(membersQuery(dataset.id))
  const refresh = () => queries.invalidateQueries({ queryKey: membersQuery(dataset.id).queryKey })
  const at = (username: string) => ({ params: { path: { reference: dataset.id, username } } })
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
      owns={may(dataset, 'dataset:own')}
      put={put}
      remove={remove}
      hint="Who may read may also use the files in runs."
    />
  )
}
