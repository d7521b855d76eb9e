#!/usr/bin/env node
/**
 * Compiles the sources into dist/, and bundles the page into dist/page/, unless what is there was made of just these sources.
 *
 * The compiler writes into a folder of its own, which takes the place of dist/ when it is complete: a compilation that fails
 * or is broken off leaves dist/ as it was, a source that is gone leaves no compiled file behind, and a demo that is running
 * finds its files whenever it asks for one. Of two at once each compiles for itself, and the later result is dropped when it
 * is the same.
 *
 *     node deploy/build.mjs [FOLDER]     the project's folder; default: the one above this file's
 *
 * Plain JavaScript, as it runs before anything is compiled. It tells what it does on the standard error output, so that what
 * a command prints can be read by a program. Everything but the compiler and the bundler runs without a pause, so that a signal never
 * finds half of it done.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { buildPage } from './build-page.mjs'

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'))
const dist = join(root, 'dist')
const fresh = join(root, `.dist-${process.pid}`)
const replaced = `${fresh}-replaced`
const compiler = join(root, 'node_modules/typescript')

const SOURCES = ['model', 'reconcilers', 'controllers', 'adapters', 'test']
/** What else decides on what comes of the sources. */
const SETTINGS = [
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  'node_modules/typescript/package.json',
  'node_modules/esbuild/package.json',
]
const BUILDERS = [import.meta.filename, join(import.meta.dirname, 'build-page.mjs')]
/** Says of a folder what it was compiled from, and which files that gave. */
const STAMP = '.build.json'
const COMMAND = 'controllers/main.js'

/** Paths of the files below some folders, in order. */
function filesIn(...folders) {
  const entries = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted((one, other) => (one < other ? -1 : 1))
}

/** One hash of all that the result depends on. */
function hashOfSources() {
  const sources = filesIn(...SOURCES.map((name) => join(root, name)))
  const settings = SETTINGS.map((name) => join(root, name)).filter((file) => existsSync(file))
  const hash = createHash('sha256')
  for (const file of [...sources, ...settings, ...BUILDERS]) {
    const content = readFileSync(file)
    hash.update(`${relative(root, file)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** One hash of the names, sizes and times of what was compiled: it changes when somebody else writes there. */
function hashOfCompiled(folder) {
  const hash = createHash('sha256')
  for (const file of filesIn(folder)) {
    const { size, mtimeMs } = statSync(file)
    if (!file.endsWith(STAMP)) hash.update(`${relative(folder, file)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** Whether dist/ is whole, and comes of these sources. */
function isUpToDate(sources) {
  const stamp = join(dist, STAMP)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(sources, dist)
}

const stampOf = (sources, folder) => JSON.stringify({ sources, compiled: hashOfCompiled(folder) })

/** Compiles into the fresh folder. Resolves with the compiler's exit status. */
async function compile() {
  if (!existsSync(compiler)) {
    say('there is no compiler; run npm ci without --omit=dev, or install a tarball, in which everything is compiled')
    return 1
  }
  const stopping = { compiler: () => undefined }
  endOnSignal(stopping)
  say('compiling into dist/')
  remove(fresh)
  mkdirSync(fresh)
  const args = [join(compiler, 'bin/tsc'), '-p', root, '--outDir', fresh]
  // A process group of its own, as the compiler is a program that starts another one.
  const tsc = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  stopping.compiler = () => process.kill(-tsc.pid, 'SIGKILL')
  const [[status], page] = await Promise.all([once(tsc, 'exit'), bundlePage()])
  return status === 0 ? page : (status ?? 1)
}

/** Puts the page for browsers beside what is compiled. Resolves with an exit status; the bundler has said what is wrong. */
async function bundlePage() {
  try {
    await buildPage(root, join(fresh, 'page'))
    return 0
  } catch (error) {
    if (error.errors === undefined) throw error
    return 1
  }
}

/** A signal that ends this process ends the compiler first, and leaves no folder. */
function endOnSignal(stopping) {
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
    process.once(signal, () => {
      try {
        stopping.compiler()
      } finally {
        remove(fresh)
        process.exit(128 + number)
      }
    })
}

/** Puts the fresh folder in the place of dist/. Another build may do so at the same moment; then the later one stays. */
function swapIn() {
  for (;;) {
    renamed(dist, replaced, 'ENOENT')
    const done = renamed(fresh, dist, 'ENOTEMPTY')
    remove(replaced)
    if (done) return
  }
}

/** Whether that could be done; false where it failed with the code that may come. */
function renamed(from, to, expected) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (error.code === expected) return false
    throw error
  }
}

/** Removes folders of builds that were killed. */
function removeLeftovers() {
  for (const name of readdirSync(root)) {
    const pid = /^\.dist-(\d+)/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(root, name))
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** A compiler that is being killed may still write a file. */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
}

function say(what) {
  process.stderr.write(`build: ${what}\n`)
}

async function build() {
  const sources = hashOfSources()
  if (isUpToDate(sources)) return say('dist/ is up to date')
  removeLeftovers()
  const status = await compile()
  if (status === 0) {
    chmodSync(join(fresh, COMMAND), 0o755)
    writeFileSync(join(fresh, STAMP), stampOf(sources, fresh))
    if (!isUpToDate(sources)) swapIn()
  }
  remove(fresh)
  process.exitCode = status
}

await build()
