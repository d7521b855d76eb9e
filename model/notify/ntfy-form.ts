import { headerText, insecure, type ReadAddress, TEXT_TYPE, unusable, usable, withoutUser } from './form.ts'

/** Shoutrrr's `ntfy://[user:password@][host]/topic`; the host is ntfy.sh by default. */
export function ntfyForm(address: URL): ReadAddress {
  const { searchParams, pathname } = address
  const topic = pathname.replace(/^\//, '')
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(topic))
    return unusable('it names no topic', 'write ntfy://host/topic; a topic has letters, digits, _ and -')
  const scheme = searchParams.get('scheme') === 'http' ? 'http' : 'https'
  const user = address.username === '' && address.password === '' ? '' : `${address.username}:${address.password}@`
  const { url, headers } = withoutUser(new URL(`${scheme}://${user}${address.host || 'ntfy.sh'}/${topic}`))
  const problem = insecure(url)
  if (problem !== undefined) return problem
  const further = ['Priority', 'Tags'].flatMap((name) => {
    const value = searchParams.get(name.toLowerCase()) ?? ''
    return value === '' ? [] : [[name, headerText(value)] as const]
  })
  return usable(({ title, message }) => ({
    url,
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': TEXT_TYPE,
      Title: headerText(searchParams.get('title') ?? title),
      ...Object.fromEntries(further),
    },
    body: message,
  }))
}
