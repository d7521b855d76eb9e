import { createHash, X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

/** A self-signed certificate with its key, and its SHA-256 fingerprint as `AB:CD:...`. */
export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly fingerprint: string
}

/** Makes a fresh certificate (EC key) for localhost and the given host names. */
export const createCertificate = async (names: readonly string[]): Promise<Certificate> => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Lanista simulator' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  const digest = createHash('sha256').update(new X509Certificate(cert).raw).digest('hex').toUpperCase()
  return { key, cert, fingerprint: (digest.match(/../g) ?? []).join(':') }
}
