/** What tests/acceptance/console made before: a station, two people, data and runs. */
export interface Scene {
  url: string
  /** A folder for what tests write; reports are kept in web/reports. */
  folder: string
  /** Somebody who has data and runs. */
  ada: Account
  /** Somebody who has nothing yet. */
  newcomer: Account
  /** Somebody who runs the station. */
  operator: Account
  /** Somebody whose runs and uploads tests make. */
  tess: Account
  /** A data set with text, table, image, JSON and a second version. */
  dataset: string
  /** What a run of `table-summary` made of it. */
  result: string
  /** A data set whose files try to act in the name of who looks at them. */
  hostile: string
  molecules: string
  /** A data set of many small files in folders, and how many. */
  many: { name: string; count: number }
  /** Somebody with very many runs, one in twenty failed, of those one in a hundred for want of memory. */
  crowd: Account & { runs: number }
  /** A public project of ada's with files of many kinds, a folder `results` and a hidden file. */
  project: string
  /** The task by which a project of ada's was removed. */
  task: string
  /** A version of a workflow of ada's in which three jobs follow one another, and one that ran of it. */
  workflow: string
  running: string
  tool: string
  run: string
  failed: string
  /** An organisation of ada's, and a unit of it with two products that tess belongs to. */
  organisation: string
  unit: string
  /** A tier of another unit of that organisation, which two jobs of 200 coins each were charged to. */
  product: string
}

export interface Account {
  username: string
  password: string
}

function read(): Scene {
  const given = process.env['FIELDSTATION_TEST_SCENE']
  if (!given) throw new Error('start these tests by pytest tests/acceptance/console')
  return JSON.parse(given) as Scene
}

export const scene = read()
