import type { Project } from '@/api/client'

export type Permission = NonNullable<Project['permissions']>[number]

/** Whether the reader may do this in a project, as the station said. */
export function may(project: Pick<Project, 'permissions'>, permission: Permission): boolean {
  return project.permissions?.includes(permission) ?? false
}
