import type { ClientRequest } from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'

/** How the API's certificate is trusted. */
export type TlsTrust =
  | { readonly kind: 'system' }
  /** PEM text of the CA(s) that signed it, in place of the system's. */
  | { readonly kind: 'ca'; readonly pem: string }
  /** SHA-256 of the certificate itself, or of those of several hosts, in hexadecimal, colons optional; who signed it and for what name no longer matters. */
  | { readonly kind: 'fingerprint'; readonly sha256: string | readonly string[] }
  | { readonly kind: 'insecure' }

/**
 * No connection came about: the request was never sent, so sending it again elsewhere or later repeats nothing.
 * Raised before a socket is handed over, and only then.
 */
export class ConnectFailure extends Error {
  /** The host answered, but its certificate is not trusted: trying again doesn't help. */
  readonly untrusted: boolean

  constructor(message: string, untrusted = false) {
    super(message)
    this.name = 'ConnectFailure'
    this.untrusted = untrusted
  }
}

/** `AB:CD:...` of any spelling of a fingerprint. */
const normalized = (fingerprint: string): string =>
  (
    fingerprint
      .replaceAll(/[^0-9a-fA-F]/g, '')
      .toUpperCase()
      .match(/../g) ?? []
  ).join(':')

/** Whether the certificate must be signed by a CA that is trusted, and for that name. */
const isVerified = (trust: TlsTrust): boolean => {
  switch (trust.kind) {
    case 'system':
    case 'ca':
      return true
    case 'fingerprint':
    case 'insecure':
      return false
    default:
      return trust satisfies never
  }
}

const wrongFingerprint = (trust: TlsTrust, socket: tls.TLSSocket): ConnectFailure | undefined => {
  if (trust.kind !== 'fingerprint') return undefined
  const expected = (typeof trust.sha256 === 'string' ? [trust.sha256] : trust.sha256).map(normalized)
  const found = socket.getPeerX509Certificate()?.fingerprint256
  if (found !== undefined && expected.includes(found)) return undefined
  return new ConnectFailure(
    `the certificate's SHA-256 fingerprint is ${found ?? 'missing'}, expected ${expected.join(' or ')}; ` +
      'each node has a certificate of its own: name them all in lanista.proxmox.fingerprints; if one was renewed, set the new fingerprint, otherwise somebody else answers',
    true,
  )
}

/** OpenSSL's verification errors and Node's own, as against those of sockets and names. */
const isVerification = (code: string): boolean => /CERT|UNABLE_TO_|ISSUER|^CRL_|SELF_SIGNED/.test(code)

const failureOf = (error: NodeJS.ErrnoException): ConnectFailure => {
  const code = error.code ?? ''
  if (isVerification(code))
    return new ConnectFailure(
      `the certificate is not trusted (${error.message}); set lanista.proxmox.ca_file to the cluster's ` +
        'CA (/etc/pve/pve-root-ca.pem), or lanista.proxmox.fingerprint',
      true,
    )
  // Several addresses tried and none answered: an AggregateError without a message of its own.
  const reasons = error instanceof AggregateError ? error.errors.map(String).join(', ') : error.message
  return new ConnectFailure(reasons === '' ? code : reasons)
}

/** Proxmox closes an idle connection after about 5 s; we let go first, so that no request meets a closing socket. */
const IDLE_MS = 3000

/**
 * An https.Agent that hands a socket over only after the handshake succeeded and the certificate is trusted. So
 * every failure before that is a `ConnectFailure`, and a wrong fingerprint can't slip through:
 * `checkServerIdentity` would never be called where verification is off.
 */
export class TrustingAgent extends https.Agent {
  readonly #trust: TlsTrust
  #secureContext: tls.SecureContext | undefined
  readonly #connectTimeout: number
  readonly #idleTimeout: number

  /**
   * @param connectTimeout milliseconds for the TCP connection and the handshake together
   * @param idleTimeout milliseconds after which an unused connection is closed
   */
  constructor(trust: TlsTrust, connectTimeout: number, idleTimeout = IDLE_MS) {
    super({ keepAlive: true, scheduling: 'lifo' })
    this.#trust = trust
    this.#connectTimeout = connectTimeout
    this.#idleTimeout = idleTimeout
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    // Made once: it takes longer than a handshake.
    this.#secureContext ??= tls.createSecureContext(this.#trust.kind === 'ca' ? { ca: this.#trust.pem } : {})
    const socket = tls.connect({
      host: options.host ?? 'localhost',
      port: Number(options.port ?? 443),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      secureContext: this.#secureContext,
      rejectUnauthorized: isVerified(this.#trust),
    })
    const fail = (failure: ConnectFailure): void => {
      settle()
      socket.on('error', () => undefined).destroy()
      callback?.(failure, socket)
    }
    const onError = (error: NodeJS.ErrnoException): void => fail(failureOf(error))
    const onEnd = (): void => fail(new ConnectFailure('the connection was closed during the handshake'))
    const onSecure = (): void => {
      const failure = wrongFingerprint(this.#trust, socket)
      if (failure) return fail(failure)
      settle()
      callback?.(null, socket)
    }
    const timer = setTimeout(
      () => fail(new ConnectFailure(`no connection within ${this.#connectTimeout / 1000} s`)),
      this.#connectTimeout,
    )
    const settle = (): void => {
      clearTimeout(timer)
      socket.off('error', onError).off('close', onEnd).off('secureConnect', onSecure)
    }
    socket.on('error', onError).on('close', onEnd).on('secureConnect', onSecure)
    return undefined
  }

  override keepSocketAlive(socket: Duplex): unknown {
    const kept: unknown = super.keepSocketAlive(socket)
    if (socket instanceof tls.TLSSocket) socket.setTimeout(this.#idleTimeout)
    return kept
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    if (socket instanceof tls.TLSSocket) socket.setTimeout(0)
  }
}
