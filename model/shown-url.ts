import { printable } from './printable.ts'

/**
 * A URL as it may be told: scheme, host and port. Somebody may have put a password before the host, or a token behind it, and
 * what stands before an `@` is none of the host, whatever else is in it.
 */
export function shownUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^((?:[a-z][a-z0-9+.-]*:\/\/)?)([^]*)$/i.exec(text) ?? []
  const at = rest.lastIndexOf('@')
  const [, host = '', behind = ''] = /^([^/?#]*)([^]*)$/.exec(rest.slice(at + 1)) ?? []
  return printable(`${scheme}${at === -1 ? '' : '***@'}${host}${behind === '' || behind === '/' ? behind : '/***'}`)
}
