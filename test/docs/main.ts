import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { referencePages } from './reference-pages.ts'

for (const { path: file, text } of referencePages()) {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
  process.stdout.write(`${file}\n`)
}
