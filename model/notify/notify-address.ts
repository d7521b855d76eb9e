import { discordForm } from './discord-form.ts'
import type { ReadAddress } from './form.ts'
import { genericForm } from './generic-form.ts'
import { ntfyForm } from './ntfy-form.ts'
import { slackForm } from './slack-form.ts'
import { webhookForm } from './webhook-form.ts'

type Form = (url: URL) => ReadAddress

/** The forms of addresses that Lanista can send to: Shoutrrr's, and the plain URL of a webhook. */
const FORMS: Readonly<Record<string, Form>> = {
  'https:': webhookForm,
  'http:': webhookForm,
  'generic:': genericForm,
  'generic+https:': genericForm,
  'generic+http:': genericForm,
  'discord:': discordForm,
  'slack:': slackForm,
  'ntfy:': ntfyForm,
}

/** Reads an address of `notify.urls`. What comes back of an unusable one repeats none of it but the scheme. */
export function readAddress(text: string): ReadAddress {
  if (!URL.canParse(text))
    return { kind: 'unusable', finding: 'it is no URL', remedy: 'write one such as discord://token@123456' }
  const url = new URL(text)
  const form = Object.hasOwn(FORMS, url.protocol) ? FORMS[url.protocol] : undefined
  if (form === undefined) {
    const finding = `Lanista can't send to ${shownAddress(text)}`
    return { kind: 'unusable', finding, remedy: 'use https, generic, discord, slack or ntfy' }
  }
  try {
    return form(url)
  } catch {
    // A percent sign that starts no character.
    return { kind: 'unusable', finding: 'it is no URL', remedy: 'write % as %25' }
  }
}

/** An address as it may be shown: nearly all of it can be secret, even the host. */
export function shownAddress(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]{0,30}):\/\//i.exec(text)?.[1]
  return scheme === undefined ? '***' : `${scheme.toLowerCase()}://***`
}
