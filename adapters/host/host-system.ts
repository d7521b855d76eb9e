import { constants } from 'node:fs'
import { access, chmod, chown, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HostError, type HostSystem } from '../../model/host-ports.ts'
import type { HostSeen } from '../../model/host-seen.ts'
import { causeInWords, errorCode } from '../error-code.ts'
import { syncFolder } from '../sync-folder.ts'
import { parseDevices, parseMasquerades, parseSockets, parseTable, parseUnits, parseVlans } from './parse-look.ts'
import { runCommand } from './run-command.ts'

/** Reads of the kernel's tables take milliseconds. */
const LOOK_MS = 10_000
/** A service may take its time to stop. */
const RESTART_MS = 120_000
const CHANGE_MS = 60_000

/** Other programs that change the network at the same moment make ifupdown2 give up at once. */
const BUSY = /Another instance of this program is already running/
const BUSY_TRIES = 30
const BUSY_WAIT_MS = 1000

/** What is needed, and the package of Debian that has it. `ifreload` tells ifupdown2 from the older ifupdown. */
const NEEDED: readonly (readonly [program: string, name: string])[] = [
  ['ifreload', 'ifupdown2'],
  ['ip', 'iproute2'],
  ['ss', 'iproute2'],
  ['iptables', 'iptables'],
  ['systemctl', 'systemd'],
]

/** The machine that this process runs on. */
export const hostSystem: HostSystem = {
  look: lookAtHost,
  readFile: readBytes,
  list: async (folder) => {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort()
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw unread(folder, error)
    }
  },
  replaceFile,
  run: async (command) => {
    const limit = command[0] === 'systemctl' ? RESTART_MS : CHANGE_MS
    for (let tries = 1; ; tries += 1) {
      try {
        await runCommand(command, limit)
        return
      } catch (error) {
        if (!(error instanceof HostError) || !BUSY.test(error.message) || tries === BUSY_TRIES) throw error
        await new Promise((resolve) => {
          setTimeout(resolve, BUSY_WAIT_MS)
        })
      }
    }
  },
}

async function lookAtHost(units: readonly string[]): Promise<HostSeen> {
  const missing = (
    await Promise.all(NEEDED.map(async ([program, name]) => ((await isThere(program)) ? [] : [name])))
  ).flat()
  const nothing: HostSeen = {
    devices: [],
    routes: [],
    forwarding: false,
    masquerades: [],
    sockets: [],
    units: [],
    missing,
  }
  if (missing.length > 0) return { ...nothing, missing: [...new Set(missing)] }
  const said = async (...command: readonly string[]): Promise<string> => (await runCommand(command, LOOK_MS)).stdout
  const vlans = parseVlans(await said('bridge', '-j', 'vlan', 'show'))
  return {
    devices: parseDevices(await said('ip', '-j', 'address', 'show'), vlans),
    routes: parseTable(await said('ip', '-j', '-N', '-d', '-4', 'route', 'show', 'table', 'main')),
    forwarding: (await readBytes('/proc/sys/net/ipv4/ip_forward'))?.trim() === '1',
    masquerades: parseMasquerades(await said('iptables', '-w', '5', '-t', 'nat', '-S', 'POSTROUTING')),
    sockets: parseSockets(await said('ss', '-H', '-l', '-u', '-n')),
    units: parseUnits(
      await said(
        'systemctl',
        'show',
        '-p',
        'Id',
        '-p',
        'LoadState',
        '-p',
        'ActiveState',
        ...units.map((unit) => `${unit}.service`),
      ),
    ),
    missing,
  }
}

async function isThere(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  const found = folders.filter(Boolean).map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(found)).includes(true)
}

async function readBytes(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unread(path, error)
  }
}

const unread = (path: string, error: unknown): HostError =>
  new HostError(`${path}: it can't be read (${causeInWords(error)}); run this as root`, error)

async function replaceFile(path: string, from: string, to: string): Promise<void> {
  // A link stays one.
  const place = await realpath(path).catch((error: unknown) => {
    throw unread(path, error)
  })
  // A name that begins with a dot is read by neither dnsmasq nor ifupdown2.
  const beside = join(dirname(place), `.${basename(place)}.lanista-${process.pid}`)
  try {
    const { mode, uid, gid } = await stat(place)
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(to, 'latin1')
      await file.sync()
    } finally {
      await file.close()
    }
    await chown(beside, uid, gid)
    await chmod(beside, mode & 0o7777)
    // Last of all, so that nothing is between this look and the rename but the rename.
    const now = await readBytes(place)
    if (now === to) return
    if (now !== from)
      throw new HostError(
        `${path}: somebody has changed it meanwhile, so it is left as it is now; look at it, and begin anew`,
      )
    await rename(beside, place)
    await syncFolder(dirname(place))
  } catch (error) {
    if (error instanceof HostError) throw error
    throw new HostError(`${path}: it can't be written (${causeInWords(error)})`, error)
  } finally {
    await rm(beside, { force: true })
  }
}
