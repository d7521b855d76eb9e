import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `deploy/build-page.mjs` puts the page, seen from where this file is compiled to. */
const BUILT = fileURLToPath(new URL('../../page', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Nothing from outside, nothing inline, framed by nobody. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The best first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

interface PageFile {
  readonly type: string
  readonly etag: string
  /** Its name changes with its content. */
  readonly isFixed: boolean
  readonly plain: Uint8Array<ArrayBuffer>
  readonly encoded: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
}

/** The page as it was built, in memory: it is small, and stays whole when a newer version is installed over this one. */
export interface Page {
  /**
   * The answer to a GET or HEAD of `/` or `/assets/<name>`; undefined when there is nothing of that path. It says itself how
   * long it may be kept (`Cache-Control`): for good under `/assets/`, and `/` to be asked about each time (`ETag`).
   */
  answer(request: Request): Response | undefined
  /** Bytes that whoever opens the page for the first time is sent, as gzip. */
  readonly wireBytes: number
}

/** Reads the built page; undefined where none was built, as when the sources are run as they are. */
export function readPage(folder = BUILT): Page | undefined {
  const index = fileOf(folder, 'index.html')
  if (index === undefined) return undefined
  const assets = namesIn(path.join(folder, 'assets')).filter((name) => TYPES[path.extname(name)] !== undefined)
  const files = new Map([['/', index]])
  for (const name of assets) {
    const file = fileOf(path.join(folder, 'assets'), name)
    if (file !== undefined) files.set(`/assets/${name}`, file)
  }
  return {
    answer: (request) => {
      const file = files.get(new URL(request.url).pathname)
      return file === undefined || !['GET', 'HEAD'].includes(request.method) ? undefined : answerOf(file, request)
    },
    wireBytes: [...files.values()].reduce((sum, { encoded, plain }) => sum + (encoded.get('gzip') ?? plain).length, 0),
  }
}

function answerOf(file: PageFile, request: Request): Response {
  const headers = new Headers({
    'Content-Type': file.type,
    ETag: file.etag,
    Vary: 'Accept, Accept-Encoding',
    'Cache-Control': file.isFixed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Security-Policy': PAGE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  })
  if (isKept(request.headers.get('if-none-match'), file.etag)) return new Response(null, { status: 304, headers })
  const accepted = acceptedBy(request.headers.get('accept-encoding') ?? '')
  const encoding = [...file.encoded.keys()].find((each) => accepted.has(each))
  if (encoding !== undefined) headers.set('Content-Encoding', encoding)
  const body = (encoding === undefined ? undefined : file.encoded.get(encoding)) ?? file.plain
  headers.set('Content-Length', String(body.length))
  return new Response(request.method === 'HEAD' ? null : body, { status: 200, headers })
}

/** Whether whoever asks has it already: a proxy may have made the mark a weak one. */
const isKept = (asked: string | null, etag: string): boolean =>
  asked?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) ?? false

/** Names of encodings in an `Accept-Encoding`, but those that it refuses by `q=0`. */
const acceptedBy = (header: string): ReadonlySet<string> =>
  new Set(
    header.split(',').flatMap((each) => {
      const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
      return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
    }),
  )

function fileOf(folder: string, name: string): PageFile | undefined {
  const plain = contentOf(path.join(folder, name))
  if (plain === undefined) return undefined
  const encoded = ENCODINGS.flatMap(([encoding, ending]) => {
    const content = contentOf(path.join(folder, `${name}${ending}`))
    return content === undefined ? [] : [[encoding, content] as const]
  })
  return {
    type: TYPES[path.extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(plain).digest('hex').slice(0, 16)}"`,
    isFixed: name !== 'index.html',
    plain,
    encoded: new Map(encoded),
  }
}

function contentOf(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
