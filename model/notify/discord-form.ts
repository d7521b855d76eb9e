import { JSON_TYPE, type ReadAddress, unusable, usable } from './form.ts'

/** Discord takes no longer content. */
const LONGEST = 2000

/** Shoutrrr's `discord://token@id`, from Discord's `https://discord.com/api/webhooks/<id>/<token>`. */
export function discordForm({ hostname: id, username: token, searchParams }: URL): ReadAddress {
  if (!/^[0-9]{1,25}$/.test(id) || !/^[A-Za-z0-9_-]+$/.test(token))
    return unusable('it does not name a webhook of Discord', 'write discord://token@123456, the id in digits')
  const username = searchParams.get('username')
  const thread = searchParams.get('thread_id') ?? ''
  if (!/^[0-9]{0,25}$/.test(thread)) return unusable('its thread_id is no number', 'write the id in digits')
  const url = new URL(`https://discord.com/api/webhooks/${id}/${token}`)
  if (thread !== '') url.searchParams.set('thread_id', thread)
  return usable(({ message }) => ({
    url,
    method: 'POST',
    headers: { 'Content-Type': JSON_TYPE },
    body: JSON.stringify({
      content: message.slice(0, LONGEST),
      ...(username === null ? {} : { username }),
      // A message may quote a file: nobody is called by it.
      allowed_mentions: { parse: [] },
    }),
  }))
}
