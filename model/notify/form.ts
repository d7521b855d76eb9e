import type { Notification } from './notification.ts'

/** One HTTP request that tells somebody. Its URL and headers hold secrets. */
export interface NotifyRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An address, read: how to tell it something, or why it can't be used, without any of it. */
export type ReadAddress =
  | { readonly kind: 'usable'; readonly requestFor: (notification: Notification) => NotifyRequest }
  | { readonly kind: 'unusable'; readonly finding: string; readonly remedy: string }

export const usable = (requestFor: (notification: Notification) => NotifyRequest): ReadAddress => ({
  kind: 'usable',
  requestFor,
})

export const unusable = (finding: string, remedy: string): ReadAddress => ({ kind: 'unusable', finding, remedy })

export const JSON_TYPE = 'application/json; charset=utf-8'
export const TEXT_TYPE = 'text/plain; charset=utf-8'

/** What keeps an HTTP URL from being used: tokens and messages go unencrypted to this machine alone. */
export function insecure({ protocol, hostname }: URL): ReadAddress | undefined {
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.[0-9]+){3}$/.test(hostname)
  return protocol === 'https:' || isLoopback
    ? undefined
    : unusable('it is not encrypted and leads to another machine', 'use https')
}

/** The URL without name and password, and these as a header. */
export function withoutUser(url: URL): { readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  if (url.username === '' && url.password === '') return { url: bare, headers: {} }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { url: bare, headers: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

/** Shoutrrr's words for a switch that is on. */
export const isOn = (text: string | null): boolean => /^(yes|true|1|on)$/i.test(text ?? '')

/** Text for a header: outside of ASCII as RFC 2047 has it. */
export const headerText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
