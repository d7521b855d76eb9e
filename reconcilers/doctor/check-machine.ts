import type { DiskLook, FolderLook, PortLook, Told } from '../../model/doctor-looks.ts'
import { amiss, amissAs, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'

/** The oldest Node.js of each line that all of it works with. */
const LEAST_NODE = { 20: 19 } as const
const FIRST_NODE = 20

/** @param node such as `20.19.2` */
export function checkVersions(node: string, lanista: string): DoctorCheck {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const said = `Lanista ${lanista} on Node.js ${node}`
  const isOld = major < FIRST_NODE || (major === FIRST_NODE && minor < LEAST_NODE[FIRST_NODE])
  if (!isOld) return ok('versions', 'this machine', said)
  return amiss(
    'fail',
    'versions',
    'this machine',
    `${said}, which is too old`,
    'install Node.js 20.19 or newer (Debian 13 and Proxmox VE 9 have it)',
  )
}

/** What could not be looked at: it is not known whether it is as it should be. */
export const untold = (
  code: DoctorCheck['code'],
  subject: string,
  { why }: Extract<Told<unknown>, { kind: 'untold' }>,
): DoctorCheck => amissAs('warn', code, `${subject}: it could not be looked at: ${printable(why, 1000)}`, subject)

export function checkStateDirectory(path: string, told: Told<FolderLook>): DoctorCheck {
  const subject = `folder ${printable(path)} (lanista.state_dir)`
  if (told.kind === 'untold') return untold('state-directory', subject, told)
  const { exists, unwritable, openToAll } = told.value
  if (unwritable !== undefined)
    return amiss(
      'fail',
      'state-directory',
      subject,
      exists ? `nothing can be written there: ${unwritable}` : `it does not exist, and can't be made: ${unwritable}`,
      `let the user that lanista runs as write there: install -d -o lanista -m 700 ${path}`,
    )
  if (openToAll)
    return amiss(
      'warn',
      'state-directory',
      subject,
      'every user of this machine may write there, and so approve removals in your place',
      `chmod o-w ${path}`,
    )
  return ok('state-directory', subject, exists ? 'can be written' : 'does not exist yet, and can be made')
}

const MEBI = 1_048_576
const GIBI = 1024 * MEBI
/** Below, status files and kept commits may soon find no room; below the second, the next one may not. In bytes. */
const LITTLE_BYTES = GIBI
const NO_BYTES = 64 * MEBI
const FEW_FILES = 1000

export function checkDisk(path: string, told: Told<DiskLook>): DoctorCheck {
  const subject = `disk of ${printable(path)}`
  if (told.kind === 'untold') return untold('disk-space', subject, told)
  const { freeBytes, freeFiles } = told.value
  const free = freeBytes >= GIBI ? `${(freeBytes / GIBI).toFixed(1)} GiB` : `${Math.floor(freeBytes / MEBI)} MiB`
  const remedy = 'make room there, or set lanista.state_dir to a folder on another disk'
  const finding = `${free} free${freeFiles === undefined || freeFiles >= FEW_FILES ? '' : `, and room for ${freeFiles} more files`}`
  if (freeBytes < NO_BYTES || freeFiles === 0) return amiss('fail', 'disk-space', subject, finding, remedy)
  if (freeBytes < LITTLE_BYTES || (freeFiles ?? FEW_FILES) < FEW_FILES)
    return amiss('warn', 'disk-space', subject, finding, remedy)
  return ok('disk-space', subject, finding)
}

export function checkPort(listen: string, told: Told<PortLook>): DoctorCheck {
  const subject = `address ${printable(listen)} (lanista.http.listen)`
  if (told.kind === 'untold') return untold('http-port', subject, told)
  switch (told.value.kind) {
    case 'free':
      return ok('http-port', subject, 'can be listened on')
    case 'own':
      return ok('http-port', subject, 'is that of the Lanista that runs')
    case 'unusable':
      return amiss(
        'fail',
        'http-port',
        subject,
        `can't be listened on: ${told.value.why}`,
        'stop what uses it (ss -ltnp tells what), or set lanista.http.listen to another',
      )
  }
}
