/**
 * Bundles the page (adapters/page) for browsers: index.html, and below assets/ what it names, under names that change with their
 * content; each compressed as well as can be, as that is done once here and asked for by many. `build.mjs` calls it.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const SOURCES = 'adapters/page'

/** @param root the project's folder @param target where to write; undefined is returned where there is no page, or no bundler */
export async function buildPage(root, target) {
  const from = join(root, SOURCES)
  if (!existsSync(join(from, 'index.html'))) return
  const { build } = await import('esbuild')
  const bundle = async (entry, define) => {
    const { outputFiles } = await build({
      entryPoints: [join(from, entry)],
      bundle: true,
      minify: true,
      write: false,
      outdir: '/',
      format: 'esm',
      target: ['chrome115', 'firefox115', 'safari16.4'],
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      charset: 'utf8',
      logLevel: 'error',
      absWorkingDir: root,
      define,
    })
    return outputFiles[0].contents
  }
  const put = putterOf(target)
  const [workerScript, style] = await Promise.all([bundle('feed-worker.ts', {}), bundle('page.css', {})])
  const worker = put('feed', 'js', workerScript)
  const script = put('page', 'js', await bundle('main.tsx', { FEED_WORKER: JSON.stringify(worker) }))
  const names = {
    SCRIPT: script,
    STYLE: put('page', 'css', style),
    ICON: put('icon', 'svg', readFileSync(join(from, 'icon.svg'))),
  }
  const html = readFileSync(join(from, 'index.html'), 'utf8').replaceAll(/%([A-Z]+)%/g, (_, name) => names[name])
  write(join(target, 'index.html'), Buffer.from(html))
}

/** Writes a file under a name that changes with its content. Returns its address. */
function putterOf(target) {
  mkdirSync(join(target, 'assets'), { recursive: true })
  return (name, ending, content) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    write(join(target, 'assets', `${name}-${hash}.${ending}`), content)
    return `/assets/${name}-${hash}.${ending}`
  }
}

function write(file, content) {
  writeFileSync(file, content)
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }))
}
