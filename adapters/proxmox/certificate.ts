import { isIP } from 'node:net'
import tls from 'node:tls'
import type { CertificateLook } from '../../model/doctor-looks.ts'

/**
 * The certificate that a host shows, trusted or not. Nothing is sent to it but a handshake, so nobody learns the API token who
 * should not. Rejects when there is no connection.
 *
 * @param url `https://pve1:8006`
 */
export const lookAtCertificate = (url: string, signal: AbortSignal): Promise<CertificateLook> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { hostname, port } = new URL(url)
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const socket = tls.connect({
      host,
      port: Number(port === '' ? 443 : port),
      // As each request says: whoever serves several names there shows the certificate of this one.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
    })
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      socket.on('error', () => undefined).destroy()
      settle()
    }
    const onAbort = (): void => end(() => reject(new Error('no answer in time')))
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (error) => end(() => reject(error)))
    socket.once('close', () => end(() => reject(new Error('the connection was closed during the handshake'))))
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate()
      if (shown === undefined) return end(() => reject(new Error('it shows no certificate')))
      end(() =>
        resolve({
          fingerprint: shown.fingerprint256,
          subject: shown.subject,
          validFrom: Date.parse(shown.validFrom),
          validTo: Date.parse(shown.validTo),
        }),
      )
    })
  })
