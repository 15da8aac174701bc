import type { Instance, JobForm, NewLaunch, Project } from '@/api/client'
import type { Values } from '@/pages/launch/validator'

/** What is filled in to launch a job. */
export interface Wanted {
  name: string
  values: Values
  subPath: string
  url: string
  context: string
  token: boolean
  debug: boolean
}

/** What the form begins with: nothing but a name, or what was launched before. */
export function wantedAs(job: JobForm, before: Instance | undefined): Wanted {
  const name = before?.name ?? job.title.replace(/[^A-Za-z0-9\-_. ]+/g, ' ').slice(0, 80)
  return {
    name: name.trim(),
    values: before?.variables ?? defaultsOf(job.variables),
    subPath: before?.sub_path ?? '',
    url: '',
    context: '',
    token: false,
    debug: false,
  }
}

/** The launch as the station is asked for it. */
export function launchOf(project: Project, job: JobForm, wanted: Wanted): NewLaunch {
  const { name, values, subPath, url, context, token, debug } = wanted
  return {
    project: project.id,
    name,
    job: { collection: job.collection, job: job.job, version: job.version },
    variables: values,
    ...(subPath && { sub_path: subPath }),
    debug,
    ...(url && { callback: { url, make_token: token, ...(context && { context }) } }),
  }
}

/** What the author of a job, or of an application, fills in. */
export function defaultsOf({ properties }: JobForm['variables']): Values {
  const known = (properties ?? {}) as Readonly<Record<string, { default?: unknown }>>
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, one]) => (one.default === undefined ? [] : [[name, one.default] as const])),
  )
}
