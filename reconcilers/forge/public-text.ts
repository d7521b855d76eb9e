/** `https://pve1:8006/…`, whatever the scheme. */
const URLS = /\b[a-z][a-z0-9+.-]{0,15}:\/\/[^\s,;'")]*[^\s,;:.'")]/gi

/** No forge takes more, in characters. */
const LONGEST = 2000

/** What stands for an address that is told to nobody outside. */
const THE_API = 'the API'

/**
 * A finding as it is told to a forge, where many may read it: without URLs, and without the hosts of the API, by which somebody could
 * look for it. The plain names of nodes stay: range files have them.
 *
 * @param apiUrls of Proxmox
 */
export function publicText(text: string, apiUrls: readonly string[]): string {
  let shown = text.slice(0, LONGEST).replace(URLS, THE_API)
  for (const url of apiUrls) {
    const { host = '', port = '' } =
      /^[a-z]+:\/\/(?<host>\[[^\]]+\]|[^:/]+)(?::(?<port>[0-9]+))?/i.exec(url)?.groups ?? {}
    if (host === '') continue
    const bare = host.replace(/^\[|\]$/g, '')
    for (const place of [`${host}:${port === '' ? '8006' : port}`, ...(/[.:]/.test(bare) ? [host, bare] : [])])
      shown = shown.replace(new RegExp(`(?<![\\w.-])${escaped(place)}(?![\\w-]|\\.\\w)`, 'gi'), THE_API)
  }
  return shown
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
