import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { type BuildProject, COMPILED, openBuildProject, SKIPPED } from './build-project.ts'

describe('the build', () => {
  let project: BuildProject
  beforeEach(async () => {
    project = await openBuildProject()
  })
  afterEach(async () => {
    expect(await project.leftovers()).to.deep.equal([])
    await project.remove()
  })

  it('compiles once, and again when a source has changed, is gone, or somebody wrote into its result', async () => {
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await project.build()).to.deep.equal(SKIPPED)
    await project.put('model/word.ts', `export const word = 'new'\n`)
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await project.compiled('model/word.js')).to.include('new')
    await project.put('controllers/main.ts', '')
    await rm(path.join(project.folder, 'model/late.ts'))
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await readdir(path.join(project.folder, 'dist/model'))).to.deep.equal(['word.js'])
    await project.put('dist/controllers/main.js', 'by hand')
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await project.compiled('controllers/main.js')).not.to.include('by hand')
  })

  it('leaves what it made before where the sources have an error, and says which', async () => {
    await project.build()
    await project.put('model/word.ts', 'export const word: number = "new"\n')
    const { status, said } = await project.build()
    expect(said).to.match(/model\/word\.ts\(1,14\): error TS2322/)
    expect(status).to.equal(2)
    expect(await project.compiled('model/word.js')).to.include('old')
  })

  it('bundles the page beside it, under names that change with what it says', async () => {
    await project.putPage('document.title = "old"')
    expect(await project.build()).to.deep.equal(COMPILED)
    const scriptOf = async (): Promise<string> => /assets\/page-\w+\.js/.exec(await project.compiled('page/index.html'))?.[0] ?? ''
    const before = await scriptOf()
    expect(await project.compiled(`page/${before}`)).to.include('old')
    expect((await readdir(path.join(project.folder, 'dist/page/assets'))).filter((name) => name.endsWith('.br'))).to.have.lengthOf(4)
    expect(await project.build()).to.deep.equal(SKIPPED)
    await project.putPage('document.title = "new"')
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await scriptOf()).not.to.equal(before)
    expect(await project.compiled(`page/${await scriptOf()}`)).to.include('new')
  })

  it('leaves what it made before where the page has an error, and says which', async () => {
    await project.putPage('document.title = "old"')
    await project.build()
    await project.putPage("import './missing.ts'")
    const { status, said } = await project.build()
    expect(said).to.include('Could not resolve "./missing.ts"')
    expect(status).to.equal(1)
    expect(await project.compiled('page/index.html')).to.include('/assets/page-')
  })

  it('comes to one result where two run at once', async () => {
    const both = await Promise.all([project.build(), project.build()])
    expect(both.map(({ status }) => status)).to.deep.equal([0, 0])
    expect(await project.build()).to.deep.equal(SKIPPED)
  })

  it('lets a program that is running find what it imports only afterwards', async () => {
    await project.build()
    const program = spawn(process.execPath, ['dist/controllers/main.js'], { cwd: project.folder, stdio: 'pipe' })
    expect(String(await once(program.stdout, 'data'))).to.equal('old\n')
    await project.put('model/word.ts', `export const word = 'new'\n`)
    expect(await project.build()).to.deep.equal(COMPILED)
    program.stdin.end('go on\n')
    expect(String(await once(program.stdout, 'data'))).to.equal('late\n')
  })

  it('leaves nothing of a compilation that is broken off, and removes what one left that was killed', async () => {
    await project.build()
    await project.put('model/word.ts', `export const word = 'new'\n`)
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(gone, 'exit')
    await mkdir(path.join(project.folder, `.dist-${gone.pid}/model`), { recursive: true })
    await project.putEndlessCompiler()
    const child = project.start()
    const ended = project.build(child)
    await once(child.stderr!, 'data')
    child.kill('SIGTERM')
    expect(await ended).to.include({ status: 143 })
    expect(await project.compiled('model/word.js')).to.include('old')
  })
})
