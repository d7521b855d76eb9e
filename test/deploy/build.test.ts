import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'

const BUILD = path.resolve('deploy/build.mjs')

/** A program that says a word it has from another file, and at the next line it reads one more, from a file it has not read yet. */
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

describe('the build', () => {
  let folder: string
  const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
  const compiled = (name: string): Promise<string> => readFile(path.join(folder, 'dist', name), 'utf8')

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-build-'))
    for (const room of ['model', 'controllers']) await mkdir(path.join(folder, room))
    for (const [name, text] of Object.entries(PROJECT)) await put(name, text)
    await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))
  })
  afterEach(async () => {
    expect((await readdir(folder)).filter((name) => name.startsWith('.dist'))).to.deep.equal([])
    await rm(folder, { recursive: true })
  })

  const start = (): ChildProcess => spawn(process.execPath, [BUILD, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  const build = async (child = start()): Promise<{ readonly status: number; readonly said: string }> => {
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [status] = await once(child, 'close')
    return { status, said }
  }
  const COMPILED = { status: 0, said: 'build: compiling into dist/\n' }
  const SKIPPED = { status: 0, said: 'build: dist/ is up to date\n' }

  it('compiles once, and again when a source has changed, is gone, or somebody wrote into its result', async () => {
    expect(await build()).to.deep.equal(COMPILED)
    expect(await build()).to.deep.equal(SKIPPED)
    await put('model/word.ts', `export const word = 'new'\n`)
    expect(await build()).to.deep.equal(COMPILED)
    expect(await compiled('model/word.js')).to.include('new')
    await put('controllers/main.ts', '')
    await rm(path.join(folder, 'model/late.ts'))
    expect(await build()).to.deep.equal(COMPILED)
    expect(await readdir(path.join(folder, 'dist/model'))).to.deep.equal(['word.js'])
    await put('dist/controllers/main.js', 'by hand')
    expect(await build()).to.deep.equal(COMPILED)
    expect(await compiled('controllers/main.js')).not.to.include('by hand')
  })

  it('leaves what it made before where the sources have an error, and says which', async () => {
    await build()
    await put('model/word.ts', 'export const word: number = "new"\n')
    const { status, said } = await build()
    expect(said).to.match(/model\/word\.ts\(1,14\): error TS2322/)
    expect(status).to.equal(2)
    expect(await compiled('model/word.js')).to.include('old')
  })

  it('comes to one result where two run at once', async () => {
    const both = await Promise.all([build(), build()])
    expect(both.map(({ status }) => status)).to.deep.equal([0, 0])
    expect(await build()).to.deep.equal(SKIPPED)
  })

  it('lets a program that is running find what it imports only afterwards', async () => {
    await build()
    const program = spawn(process.execPath, ['dist/controllers/main.js'], { cwd: folder, stdio: 'pipe' })
    expect(String(await once(program.stdout, 'data'))).to.equal('old\n')
    await put('model/word.ts', `export const word = 'new'\n`)
    expect(await build()).to.deep.equal(COMPILED)
    program.stdin.end('go on\n')
    expect(String(await once(program.stdout, 'data'))).to.equal('late\n')
  })

  it('leaves nothing of a compilation that is broken off, and removes what one left that was killed', async () => {
    await build()
    await put('model/word.ts', `export const word = 'new'\n`)
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(gone, 'exit')
    await mkdir(path.join(folder, `.dist-${gone.pid}/model`), { recursive: true })
    const child = start()
    const ended = build(child)
    await once(child.stderr!, 'data')
    child.kill('SIGTERM')
    expect(await ended).to.include({ status: 143 })
    expect(await compiled('model/word.js')).to.include('old')
  })
})
