import { insecure, JSON_TYPE, type ReadAddress, usable, withoutUser } from './form.ts'

/** The plain URL of a webhook, which gets all that is known as JSON: Lanista's own form, Shoutrrr has none for it. */
export function webhookForm(address: URL): ReadAddress {
  const problem = insecure(address)
  if (problem !== undefined) return problem
  const { url, headers } = withoutUser(address)
  return usable((notification) => ({
    url,
    method: 'POST',
    headers: { ...headers, 'Content-Type': JSON_TYPE },
    body: JSON.stringify(notification),
  }))
}
