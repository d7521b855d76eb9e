import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const BUILD = path.resolve('deploy/build.mjs')

/** A program that says a word it has from another file, and then another one from a file that it had not read yet. */
const PROJECT = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'nodenext', rootDir: '.', types: [], rewriteRelativeImportExtensions: true },
    include: ['model', 'controllers'],
  }),
  'model/word.ts': `export const word = 'old'\n`,
  'model/late.ts': `export const late = 'late'\n`,
  'controllers/main.ts': `import { word } from '../model/word.ts'
declare const process: { stdin: { once(event: 'data', then: () => void): void } }
declare const console: { log(text: string): void }
console.log(word)
process.stdin.once('data', () => void import('../model/late.ts').then(({ late }) => console.log(late)))
`,
}

/** What came of a build, and all that it said. */
interface Built {
  readonly status: number
  readonly said: string
}
export const COMPILED: Built = { status: 0, said: 'build: compiling into dist/\n' }
export const SKIPPED: Built = { status: 0, said: 'build: dist/ is up to date\n' }

/** A small project in a folder of its own, with this one's build. */
export interface BuildProject {
  readonly folder: string
  put(name: string, text: string): Promise<void>
  /** A page whose script is this. */
  putPage(script: string): Promise<void>
  compiled(name: string): Promise<string>
  /** In place of the real one. */
  putEndlessCompiler(): Promise<void>
  start(): ChildProcess
  build(child?: ChildProcess): Promise<Built>
  /** Names of folders that builds made and did not remove. */
  leftovers(): Promise<readonly string[]>
  remove(): Promise<void>
}

export async function openBuildProject(): Promise<BuildProject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-build-'))
  const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
  for (const room of ['model', 'controllers']) await mkdir(path.join(folder, room))
  for (const [name, text] of Object.entries(PROJECT)) await put(name, text)
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))
  const start = (): ChildProcess => spawn(process.execPath, [BUILD, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  return {
    folder,
    put,
    putPage: async (script) => {
      await mkdir(path.join(folder, 'adapters/page'), { recursive: true })
      await put('adapters/page/index.html', '<script type="module" src="%SCRIPT%"></script>')
      await put('adapters/page/main.tsx', script)
      for (const name of ['feed-worker.ts', 'page.css', 'icon.svg']) await put(`adapters/page/${name}`, '')
    },
    compiled: (name) => readFile(path.join(folder, 'dist', name), 'utf8'),
    putEndlessCompiler: async () => {
      await rm(path.join(folder, 'node_modules'))
      await mkdir(path.join(folder, 'node_modules/typescript/bin'), { recursive: true })
      await put('node_modules/typescript/package.json', '{ "type": "commonjs" }')
      await put('node_modules/typescript/bin/tsc', 'setInterval(() => undefined, 1000)')
    },
    start,
    build: async (child = start()) => {
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
      const [status] = await once(child, 'close')
      return { status, said }
    },
    leftovers: async () => (await readdir(folder)).filter((name) => name.startsWith('.dist')),
    remove: () => rm(folder, { recursive: true }),
  }
}
