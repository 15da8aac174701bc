import type { Dataset } from '@/api/client'

export type Permission = NonNullable<Dataset['permissions']>[number]

/** Whether the reader may do this with a data set, as the station said; nothing in the trash can be changed. */
export function may(dataset: Pick<Dataset, 'permissions' | 'trashed'>, permission: Permission): boolean {
  const changes = permission === 'dataset:edit' || permission === 'dataset:compute'
  if (changes && dataset.trashed) return false
  return dataset.permissions?.includes(permission) ?? false
}
