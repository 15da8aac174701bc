import { api, PROOF, take, type Dataset, type Version } from '@/api/client'
import { Problem, problemFrom, unreachable } from '@/api/problem'
import { nameFrom, written } from './reference'

const NAMES_TRIED = 20

/** Make a data set of one file; answers the reference of that file. `progress` is told parts from 0 to 1. */
export async function uploadFile(file: File, progress: (part: number) => void): Promise<string> {
  const dataset = await makeDataset(file.name)
  const version = await send(dataset, file, progress)
  return written({ dataset: dataset.id, number: version.number, path: file.name })
}

/** Make a data set named after a file; a number is put behind a name that is taken. */
async function makeDataset(file: string): Promise<Dataset> {
  const name = nameFrom(file)
  for (let tried = 1; ; tried += 1) {
    const body = { name: tried === 1 ? name : `${name}-${tried}`, title: file, description: '' }
    try {
      return await take(api.POST('/api/v1/datasets', { body }))
    } catch (thrown) {
      const taken = thrown instanceof Problem && thrown.status === 409
      if (!taken || tried === NAMES_TRIED) throw thrown
    }
  }
}

/** Send the file as the next version. By XMLHttpRequest, for only that tells how far it is. */
function send(dataset: Dataset, file: File, progress: (part: number) => void): Promise<Version> {
  return new Promise((resolve, reject) => {
    const body = new FormData()
    body.append('files', file, file.name)
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/datasets/${dataset.id}/versions`)
    Object.entries(PROOF).forEach(([name, value]) => request.setRequestHeader(name, value))
    request.responseType = 'json'
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0)
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      const answer: unknown = request.response
      if (request.status === 201) resolve(answer as Version)
      else reject(problemFrom(request.status, answer))
    }
    request.send(body)
  })
}
