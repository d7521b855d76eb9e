/** Percent-decoding that leaves broken sequences as they are. */
export const unescape = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** A form or query: pairs separated by `&` or `;`; a name that comes again is appended after a zero byte. */
export const parseForm = (form: string): Record<string, string> => {
  const values: Record<string, string> = {}
  for (const pair of form.split(/[&;]/).filter((pair) => pair !== '')) {
    const at = pair.indexOf('=')
    const [rawName, rawValue] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    const name = unescape(rawName.replaceAll('+', ' '))
    const value = unescape(rawValue.replaceAll('+', ' '))
    const before = Object.hasOwn(values, name) ? values[name] : undefined
    values[name] = before === undefined ? value : `${before}\0${value}`
  }
  return values
}

/** A body Proxmox can't read: answered with the text alone, before any route is looked for. */
export class BodyError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'BodyError'
    this.status = status
  }
}

const at = 'at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 934.'

const jsonProblem = (body: string): BodyError => {
  // The longest prefix that could still become JSON tells where Perl's parser stops.
  const rest = body.replace(/^\s*[{[]("[^"]*"\s*:?\s*|[\d.,\s]|true|false|null|[{[\]}])*/, '')
  const offset = body.length - rest.length
  const before = rest === '' ? '(end of string)' : rest.slice(0, 30)
  return new BodyError(
    500,
    `malformed JSON string, neither tag, array, object, number, string or atom, at character offset ${offset} (before "${before}") ${at}\n`,
  )
}

const parseJson = (body: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw jsonProblem(body)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new BodyError(500, `Not a HASH reference ${at}\n`)
}

/** A request's parameters: from the query for GET and DELETE, else from query and body together. Throws `BodyError`. */
export const readParameters = (
  method: string,
  query: string,
  contentType: string | undefined,
  body: string,
): Record<string, unknown> => {
  const fromQuery = parseForm(query)
  if (body === '') return fromQuery
  if (method !== 'POST' && method !== 'PUT') throw new BodyError(501, `Unexpected content for method '${method}'`)
  const kind = contentType?.split(';')[0]?.trim().toLowerCase()
  if (kind === undefined || kind === '' || kind === 'application/x-www-form-urlencoded')
    return { ...fromQuery, ...parseForm(body) }
  if (kind === 'application/json') return { ...fromQuery, ...parseJson(body) }
  throw new BodyError(506, `upload 'Content-Type '${contentType ?? ''}' not implemented`)
}
