import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readSources } from '../architecture/import-graph.ts'
import { dashboardFiles } from '../grafana/dashboards.ts'
import { takeWalks } from '../walk/take-walks.ts'
import { ARCHITECTURE, drawnParts, walkedParts, withParts } from './architecture-page.ts'
import { referencePages } from './reference-pages.ts'

const { dropped } = await takeWalks()
const parts = { ...drawnParts(await readSources('.')), ...walkedParts(dropped) }
const architecture = { path: ARCHITECTURE, text: withParts(await readFile(ARCHITECTURE, 'utf8'), parts) }

for (const { path: file, text } of [...referencePages(), ...dashboardFiles(), architecture]) {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
  process.stdout.write(`${file}\n`)
}
