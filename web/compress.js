/** Writes every built file of some size also as brotli and gzip, and puts all in the place of the build before. */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, URL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const BUILT = fileURLToPath(new URL('./build/static', import.meta.url))
const STATIC = fileURLToPath(new URL('../src/fieldstation/facades/console/static', import.meta.url))
const WORTH_IT_BYTES = 1024
const TEXT = /\.(css|html|js|json|svg|txt|webmanifest)$/

async function compress(path) {
  const { size } = await stat(path)
  if (size < WORTH_IT_BYTES || !TEXT.test(path)) return
  const plain = await readFile(path)
  const brotli = await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: size } })
  await Promise.all([
    writeFile(`${path}.br`, brotli),
    writeFile(`${path}.gz`, await promisify(gzip)(plain, { level: 9 })),
  ])
}

const found = await readdir(BUILT, { recursive: true, withFileTypes: true })
const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
await Promise.all(files.map(compress))
const before = `${BUILT}.before`
await rm(before, { recursive: true, force: true })
await rename(STATIC, before).catch(() => undefined) // there is none the first time
await rename(BUILT, STATIC)
await rm(before, { recursive: true, force: true })
