import { insecure, isOn, JSON_TYPE, type ReadAddress, TEXT_TYPE, unusable, usable, withoutUser } from './form.ts'

/** Shoutrrr's own properties in the query, whatever their case; all others belong to the webhook. */
const PROPERTIES = ['contenttype', 'disabletls', 'template', 'title', 'titlekey', 'messagekey', 'method'] as const
type Property = (typeof PROPERTIES)[number]

const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** What the connection is made of is not for addresses to say. */
const OWN_HEADERS = /^(host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|proxy-.*)$/i

/**
 * Shoutrrr's `generic://host/path` and `generic+https://host/path` (its documentation of version 0.8): the message as
 * text, or with `template=json` as `{"title": …, "message": …}`. In the query `@name=value` is a header, `$key=value` a
 * further key of the JSON, and `_` before a property's name makes it the webhook's.
 */
export function genericForm(address: URL): ReadAddress {
  const properties = new Map<Property, string>()
  const headers: Record<string, string> = {}
  const extra: Record<string, string> = {}
  const query = new URLSearchParams()
  for (const [name, value] of address.searchParams) {
    const property = PROPERTIES.find((each) => each === name.toLowerCase())
    if (property !== undefined) properties.set(property, value)
    else if (name.startsWith('@')) headers[headerName(name.slice(1))] = value
    else if (name.startsWith('$')) extra[name.slice(1)] = value
    else query.append(isEscaped(name) ? name.slice(1) : name, value)
  }
  const scheme = address.protocol === 'generic+http:' || isOn(properties.get('disabletls') ?? null) ? 'http' : 'https'
  const { url, headers: user } = withoutUser(new URL(address.href.replace(/^[^:]+/, scheme)))
  url.search = query.toString()
  url.hash = ''
  const template = properties.get('template')?.toLowerCase() ?? ''
  const method = properties.get('method')?.toUpperCase() ?? 'POST'
  const type = properties.get('contenttype') ?? (template === 'json' ? JSON_TYPE : TEXT_TYPE)
  const problem = insecure(url)
  if (problem !== undefined) return problem
  if (template !== '' && template !== 'json')
    return unusable('it asks for a template that Lanista does not have', 'use template=json, or none')
  if (!METHODS.has(method)) return unusable('it asks for a method that tells nothing', 'use POST, PUT or PATCH')
  if (![...Object.entries(headers), ['Content-Type', type] as const].every(isHeader))
    return unusable('it asks for a header that can not be sent', 'take it out, or write it in ASCII')

  return usable(({ title, message }) => ({
    url,
    method,
    headers: { ...user, 'Content-Type': type, ...headers },
    body:
      template === ''
        ? message
        : JSON.stringify({
            ...extra,
            [properties.get('titlekey') ?? 'title']: properties.get('title') ?? title,
            [properties.get('messagekey') ?? 'message']: message,
          }),
  }))
}

const isEscaped = (name: string): boolean =>
  name.startsWith('_') && PROPERTIES.some((each) => each === name.slice(1).toLowerCase())

/** `acceptLanguage` is `accept-Language`. */
const headerName = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1-$2')

const isHeader = ([name, value]: readonly [string, string]): boolean =>
  /^[A-Za-z0-9-]+$/.test(name) && !OWN_HEADERS.test(name) && /^[\x20-\x7e]*$/.test(value)
