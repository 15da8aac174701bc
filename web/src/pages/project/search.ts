export const TABS = ['files', 'jobs', 'apps', 'runs', 'members', 'settings'] as const
export type Tab = (typeof TABS)[number]

/** What of a project is shown; all of it is in the address. */
export interface ProjectView {
  tab?: Tab
  /** The folder whose files are listed. */
  folder?: string
  /** The file that is looked into. */
  file?: string
  /** The job that is to be launched, `collection/job@version`. */
  job?: string
  /** The application that is to be launched. */
  application?: string
  /** The launched job that is looked at. */
  instance?: string
  /** The launched job whose variables that begins with. */
  as?: string
  /** Whether names that begin with a dot are listed too. */
  hidden?: true
}

export function readProjectView(search: Record<string, unknown>): ProjectView {
  const tab = TABS.find((one) => one === search.tab)
  const [folder, file] = [path(search.folder), path(search.file)]
  return {
    ...(tab && tab !== 'files' ? { tab } : {}),
    ...(folder ? { folder } : {}),
    ...(file ? { file } : {}),
    ...(typeof search.job === 'string' && search.job ? { job: search.job } : {}),
    ...(typeof search.application === 'string' && search.application ? { application: search.application } : {}),
    ...(typeof search.instance === 'string' && search.instance ? { instance: search.instance } : {}),
    ...(typeof search.as === 'string' && search.as ? { as: search.as } : {}),
    ...(search.hidden === true ? { hidden: true as const } : {}),
  }
}

/** Names of figures only are read as numbers by the router. */
function path(value: unknown): string {
  const written = typeof value === 'number' ? String(value) : value
  return typeof written === 'string' ? written.replace(/^\/+|\/+$/g, '') : ''
}
