import type { CertificateLook, HostLook, TokenLook, Told, TrustKind } from '../../model/doctor-looks.ts'
import { amiss, amissAs, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'

export function checkToken(told: Told<TokenLook>): DoctorCheck {
  const subject = 'Proxmox API token'
  if (told.kind === 'untold') return amissAs('fail', 'token', told.why, subject)
  const { source, problem, mode } = told.value
  if (problem !== undefined) return amissAs('fail', 'token', problem, subject)
  const from = `read from ${printable(source ?? '')} (not shown)`
  if (mode !== undefined && (mode & 0o007) !== 0)
    return amiss(
      'warn',
      'token',
      subject,
      `${from}, which every user of this machine may read (mode ${(mode & 0o777).toString(8)})`,
      'chmod o= on that file; who may have read it already can act as Lanista until it is replaced',
    )
  return ok('token', subject, from)
}

/** What is known of one host of the API. */
export interface HostSeen {
  readonly host: string
  readonly answer: Told<HostLook>
  readonly certificate: Told<CertificateLook>
}

/** Whether a host answered at all, if only that it does not take the token. */
const answers = ({ answer }: HostSeen): boolean =>
  answer.kind === 'told' || answer.error === 'unauthorized' || answer.error === 'forbidden'

const isRefused = ({ answer }: HostSeen): boolean => answer.kind === 'untold' && answer.error === 'unauthorized'

/** Certificates are looked at so long before they end, in milliseconds: Proxmox renews its own two weeks before. */
const SOON_MS = 10 * 86_400_000

/** Reachable, trusted, and the token taken: one line for each of it and each host. */
export function checkHosts(seen: readonly HostSeen[], trust: TrustKind, tokenId: string, now: number): DoctorCheck[] {
  const some = seen.some(answers)
  const checks = seen.flatMap((each) => [hostCheck(each, some), ...tlsChecks(each, trust, now)])
  const refused = seen.find(isRefused)
  if (refused?.answer.kind === 'untold')
    return [
      ...checks,
      amiss(
        'fail',
        'token',
        `API token ${tokenId}`,
        'Proxmox does not accept it',
        `check that it exists, has not expired, and that its secret is right: pveum user token list ${tokenId.split('!')[0] ?? ''}; a lost secret is replaced: pveum user token remove and add`,
      ),
    ]
  return seen.some(({ answer }) => answer.kind === 'told')
    ? [...checks, ok('token', `API token ${tokenId}`, 'Proxmox accepts it')]
    : checks
}

function hostCheck(each: HostSeen, some: boolean): DoctorCheck {
  const { host, answer } = each
  const subject = `API host ${host}`
  if (answer.kind === 'told' || answers(each)) return ok('api-host', subject, 'answers')
  if (each.certificate.kind === 'told' && isUntrusted(answer.why))
    return ok('api-host', subject, 'takes connections; nothing was sent to it, see tls')
  return amiss(
    some ? 'warn' : 'fail',
    'api-host',
    subject,
    `no answer (${printable(shortened(answer.why), 400)})`,
    `check that it is up, and reachable from here: curl -k ${host}/api2/json/version (401 is a good answer)${some ? '; the others are asked meanwhile' : ''}`,
  )
}

const isUntrusted = (why: string): boolean => /certificate/.test(why)

/** Without what every such message says again. */
const shortened = (why: string): string => why.replace(/^GET \S+: /, '').replace(/; check that the hosts of .*$/s, '')

function tlsChecks({ host, answer, certificate }: HostSeen, trust: TrustKind, now: number): readonly DoctorCheck[] {
  const subject = `certificate of ${host}`
  if (certificate.kind === 'untold') return []
  const { fingerprint, validTo, validFrom } = certificate.value
  const days = Math.floor((validTo - now) / 86_400_000)
  if (answer.kind === 'untold' && isUntrusted(answer.why))
    return [
      amiss(
        'fail',
        'tls',
        subject,
        'it is not trusted, so the token was not sent',
        `compare it with what the node itself says (openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem): if that is ${fingerprint}, set lanista.proxmox.fingerprint (fingerprints, where there are several hosts) to it, or lanista.proxmox.ca_file to a copy of /etc/pve/pve-root-ca.pem; otherwise somebody else answers there`,
      ),
    ]
  const wrongDate =
    now < validFrom
      ? 'it is not valid yet'
      : now > validTo
        ? 'it has expired'
        : days * 86_400_000 < SOON_MS
          ? `it expires in ${days} days`
          : undefined
  const dated =
    wrongDate === undefined
      ? []
      : [
          amiss(
            'warn',
            'tls',
            subject,
            wrongDate,
            'pvecm updatecerts --force on that node makes a new one; then set the new fingerprint, where lanista.proxmox has fingerprints. Where the date is wrong instead, see clock',
          ),
        ]
  if (trust === 'insecure')
    return [
      ...dated,
      amiss(
        'warn',
        'tls',
        subject,
        'it is not verified (proxmox_invalid_cert), so anybody in between can read the API token',
        `set lanista.proxmox.fingerprint: "${fingerprint}" once the node itself says the same: openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem`,
      ),
    ]
  const how = {
    system: "signed by a CA of this machine's",
    ca: 'signed by lanista.proxmox.ca_file',
    fingerprint: 'its fingerprint is the one that is set',
  }
  return dated.length > 0 ? dated : [ok('tls', subject, `${how[trust]}, valid for ${days} days`)]
}
