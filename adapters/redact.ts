/**
 * Proxmox' secrets as they look wherever they turn up: API tokens (`user@realm!name=uuid`, also percent-encoded),
 * tickets and CSRF tokens.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(PVEAPIToken(?:=|%3D|:\s*))[^\s"'\\,;]+/gi, '$1***'],
  [/([\w.+-]+(?:@|%40)[\w.-]+(?:!|%21)[\w.-]+(?:=|%3D|:))[0-9a-f]{8}-[0-9a-f-]{27}/gi, '$1***'],
  [/(PVEAuthCookie(?:=|%3D))[^\s"'\\,;]+/gi, '$1***'],
  [/(PVE(?:VNC)?(?::|%3A)[^\s"'\\,;]*?(?::|%3A)[0-9A-F]{8}(?:::|%3A%3A))[^\s"'\\,;]+/gi, '$1***'],
  [/(CSRFPreventionToken\W{1,5})[0-9A-F]{8}:[^\s"'\\,;]+/gi, '$1***'],
]

/** The text with everything that looks like a Proxmox secret blotted out: the last net, not the first. */
export const redact = (text: string): string =>
  SECRETS.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), text)
