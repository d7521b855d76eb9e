/** What of the machine that a plan is made on, and of the way to the API, must not be told. */
export interface Concealed {
  /** URLs, names and addresses by which the API is reached. */
  readonly hosts: readonly string[]
  /** Paths of this machine. */
  readonly paths: readonly string[]
  /** Whatever else must not be told: tokens, and parts of them. */
  readonly secrets: readonly string[]
}

const [ADDRESS, PATH, SECRET] = ['(address)', '(path)', '(secret)']

/** What looks like an address, a URL or the name of a token, whoever said it: Proxmox' errors carry them. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>()]+/gi, ADDRESS],
  [/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.]*\d)/g, ADDRESS],
  [/\[?(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])\]?(?::\d{1,5}\b)?/gi, ADDRESS],
  [
    /\[?(?<![\w:])(?:[0-9a-f]{1,4}:){0,6}(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}(?![\w:])\]?(?::\d{1,5}\b)?/gi,
    ADDRESS,
  ],
  [/[\w.+-]+@[\w.-]+![\w.-]+(?:=[\w-]+)?/g, 'USER@REALM!TOKEN'],
]

/** Makes what leaves such things out of a text. Longer ones go first, so that no part of one is left. */
export function concealer({ hosts, paths, secrets }: Concealed): (text: string) => string {
  const rules: readonly (readonly [RegExp, string])[] = [
    ...longestFirst(secrets.filter((text) => text !== '')).map(
      (text) => [new RegExp(literally(text), 'g'), SECRET] as const,
    ),
    ...PATTERNS,
    ...longestFirst(hosts.flatMap(namesOf)).map((text) => [new RegExp(literally(text), 'gi'), ADDRESS] as const),
    // With what is below it.
    ...longestFirst(paths.filter((path) => path.length > 1)).map(
      (text) => [new RegExp(`(?<![\\w.])${literally(text)}(?:/[^\\s'",;:()]*|(?![\\w.-]))`, 'g'), PATH] as const,
    ),
  ]
  return (text) => rules.reduce((rest, [from, to]) => rest.replace(from, to), text)
}

const longestFirst = (texts: readonly string[]): readonly string[] => [...texts].sort((a, b) => b.length - a.length)
const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/**
 * By what a host is called in messages. A bare name, such as `pve1`, is a node's as well, which a plan has to name: it is left out with
 * its port alone.
 */
function namesOf(url: string): readonly string[] {
  const [, host = url, port] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)(?::(\d+))?/i.exec(url) ?? []
  const bare = host.replace(/^\[|\]$/g, '')
  return [url, ...(port === undefined ? [] : [`${host}:${port}`]), ...(/[.:]/.test(bare) ? [bare] : [])]
}

/** A value of JSON with each text in it as it may be told; names of fields are ours. */
export function concealIn<T>(value: T, conceal: (text: string) => string): T
export function concealIn(value: unknown, conceal: (text: string) => string): unknown {
  if (typeof value === 'string') return conceal(value)
  if (Array.isArray(value)) return value.map((each: unknown) => concealIn(each, conceal))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, concealIn(each, conceal)]))
}
