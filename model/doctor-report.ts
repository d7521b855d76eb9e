import { z } from 'zod'

/**
 * What `lanista doctor` looks at. A code is the name of a check, whatever it found: it stays as it is from release to release, and
 * docs/reference/doctor.md has a heading for each.
 */
export const DOCTOR_CODES = [
  'versions',
  'config',
  'config-warning',
  'range-files',
  'repository',
  'git',
  'state-directory',
  'disk-space',
  'http-port',
  'token',
  'api-host',
  'tls',
  'proxmox-version',
  'quorum',
  'node',
  'clock',
  'default-node',
  'rights',
  'hidden',
  'cluster-look',
  'network-mode',
  'zone',
  'zone-peers',
  'zone-mtu',
  'nat-bridge',
  'storage',
  'templates',
  'not-checked',
] as const

export type DoctorCode = (typeof DOCTOR_CODES)[number]

/** `warn`: it works, or it is not known; `fail`: ranges would not be made as asked. */
export type DoctorLevel = 'ok' | 'warn' | 'fail'

/** One line of the report. Holds no secret. */
export interface DoctorCheck {
  readonly code: DoctorCode
  readonly level: DoctorLevel
  /** What it is about, such as `node pve1`. */
  readonly subject: string
  readonly finding: string
  /** What to do; empty where nothing is, or the finding says it. */
  readonly remedy: string
}

export const ok = (code: DoctorCode, subject: string, finding: string): DoctorCheck => ({
  code,
  level: 'ok',
  subject,
  finding,
  remedy: '',
})

/** A check that is not as it should be. */
export const amiss = (
  level: 'warn' | 'fail',
  code: DoctorCode,
  subject: string,
  finding: string,
  remedy: string,
): DoctorCheck => ({ code, level, subject, finding, remedy })

/** Of a sentence `subject: finding; remedy`, as most messages are; a subject that it does not have is given. */
export function amissAs(level: 'warn' | 'fail', code: DoctorCode, message: string, subject: string): DoctorCheck {
  const end = message.indexOf(': ')
  const isOwn = end > 0 && !message.slice(0, end).includes(';')
  const [own, said] = isOwn ? [message.slice(0, end), message.slice(end + 2)] : [subject, message]
  const at = [said.indexOf('; in the web interface: '), said.indexOf('; ')].find((each) => each >= 0)
  return amiss(
    level,
    code,
    own,
    at === undefined ? said : said.slice(0, at),
    at === undefined ? '' : said.slice(at + 2),
  )
}

const checkSchema = z.strictObject({
  code: z.enum(DOCTOR_CODES).meta({ description: 'The name of the check; docs/reference/doctor.md explains each.' }),
  level: z.enum(['ok', 'warn', 'fail']),
  subject: z.string().meta({ description: 'What it is about, such as `node pve1`.' }),
  finding: z.string(),
  remedy: z.string().meta({ description: 'What to do; empty where there is nothing, or the finding says it.' }),
})

/** `lanista doctor -o json`. Fields are added and never change what they mean. */
export const doctorReportSchema = z
  .strictObject({
    apiVersion: z.literal('lanista/v1'),
    kind: z.literal('DoctorReport'),
    lanista: z.string().meta({ description: 'Version of Lanista.' }),
    time: z.iso.datetime().meta({ description: 'When it was looked, by the clock of this machine.' }),
    result: z.enum(['ok', 'warn', 'fail']).meta({ description: 'The worst level there is.' }),
    counts: z.strictObject({ ok: z.int(), warn: z.int(), fail: z.int() }),
    checks: z.array(checkSchema),
  })
  .meta({ title: 'Lanista doctor report', description: 'What `lanista doctor -o json` prints.' })

export type DoctorReport = z.output<typeof doctorReportSchema>

/** The checks as a report. */
export function doctorReportOf(checks: readonly DoctorCheck[], lanista: string, now: number): DoctorReport {
  const count = (level: DoctorLevel): number => checks.filter((check) => check.level === level).length
  const counts = { ok: count('ok'), warn: count('warn'), fail: count('fail') }
  return {
    apiVersion: 'lanista/v1',
    kind: 'DoctorReport',
    lanista,
    time: new Date(now).toISOString(),
    result: counts.fail > 0 ? 'fail' : counts.warn > 0 ? 'warn' : 'ok',
    counts,
    checks: [...checks],
  }
}
