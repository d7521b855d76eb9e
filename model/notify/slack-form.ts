import { JSON_TYPE, type ReadAddress, unusable, usable } from './form.ts'

/**
 * Shoutrrr's `slack://hook:A-B-C@webhook` and the older `slack://[botname@]A/B/C`, from Slack's
 * `https://hooks.slack.com/services/A/B/C`. Tokens of bots (`xoxb`) are another API and not spoken.
 */
export function slackForm(address: URL): ReadAddress {
  const { username: user, password, hostname, pathname, searchParams } = address
  const isNew = password !== ''
  if (isNew && user !== 'hook')
    return unusable('it has the token of a bot', 'make an incoming webhook, and write slack://hook:A-B-C@webhook')
  const parts = isNew ? decodeURIComponent(password).split('-') : [hostname, ...pathname.split('/').slice(1)]
  if (parts.length !== 3 || !parts.every((part) => /^[A-Za-z0-9]+$/.test(part)))
    return unusable('it does not name an incoming webhook of Slack', 'write slack://hook:A-B-C@webhook')
  const bot = searchParams.get('botname') ?? searchParams.get('username') ?? (isNew ? '' : decodeURIComponent(user))
  const url = new URL(`https://hooks.slack.com/services/${parts.join('/')}`)
  return usable(({ message }) => ({
    url,
    method: 'POST',
    headers: { 'Content-Type': JSON_TYPE },
    body: JSON.stringify({ text: escaped(message), ...(bot === '' ? {} : { username: bot }) }),
  }))
}

/** Slack's own three: nothing in a message is a link or calls anybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
