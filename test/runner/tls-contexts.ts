import { syncBuiltinESMExports } from 'node:module'
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls'

/**
 * From now on servers and clients of this process that ask for the same keys and certificates share what OpenSSL makes of
 * them. Each simulated node has a server, and to read its key takes longer than a handshake.
 */
export function shareTlsContexts(): void {
  const known = new Map<string, SecureContext>()
  const create = tls.createSecureContext
  tls.createSecureContext = (options: SecureContextOptions = {}) => {
    const key = keyOf(options)
    if (key === undefined) return create(options)
    const context = known.get(key) ?? create(options)
    known.set(key, context)
    return context
  }
  // For those who have imported it by its name.
  syncBuiltinESMExports()
}

/** The options as text; undefined where they hold more than text can tell. */
function keyOf(options: SecureContextOptions): string | undefined {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null)
  return given.every(([, value]) => PLAIN.has(typeof value)) ? JSON.stringify(given) : undefined
}

const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean'])
