import {
  DNSMASQ_UNIT,
  type HostStep,
  LUDUS_UNITS,
  NAT_ADDRESS,
  NAT_DEVICE,
  NAT_NETWORK,
} from '../../model/host-migration.ts'
import type { HostJournal } from '../../model/host-journal.ts'
import { HostError } from '../../model/host-ports.ts'
import type { DeviceSeen, TableRoute } from '../../model/host-seen.ts'
import { printable } from '../../model/printable.ts'
import { hasNatAddress, masqueradesOf, whyDnsmasqDeaf, whyNotUp } from '../../reconcilers/host/what-holds.ts'
import type { HostParts } from './host-parts.ts'
import { UNITS } from './look-at-ground.ts'

const LOOKS = 10
const LOOK_EVERY_MS = 500

/**
 * Makes the host as it was before the first change, from wherever the move has come to: files first, to the letter, so that
 * a restart of the machine in the middle finds them as they were. Each part is tried whatever became of the others, and can be
 * tried again.
 *
 * @returns what could not be put back, each with its remedy
 */
export async function putBack(journal: HostJournal, parts: HostParts): Promise<readonly string[]> {
  const left: string[] = []
  const { folder } = parts.journal
  const attempt = async (remedy: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      const finding = error instanceof HostError ? error.message : printable(String(error), 400)
      left.push(`${finding}; ${remedy}`)
    }
  }
  for (const [index, { path, before, after }] of [...journal.files.entries()].reverse())
    await attempt(`the copy of what it was is ${folder}/${index}.before; put it back by hand`, () =>
      parts.system.replaceFile(path, after, before),
    )
  // What was not begun needs nothing put back, and nobody wants his services restarted for it.
  const begun = journal.steps.slice(0, journal.done + 1)
  await attempt(`look at: ip address show ${journal.target.bridge}`, () => networkBack(journal, begun, parts))
  const units = begun.flatMap((step) => (step.kind === 'restart' ? step.units : []))
  const restart = async (mine: (unit: string) => boolean): Promise<void> => {
    const wanted = units.filter(mine)
    if (wanted.length === 0) return
    await attempt(`systemctl restart ${wanted.join(' ')}`, () => parts.system.run(['systemctl', 'restart', ...wanted]))
  }
  await restart((unit) => unit === DNSMASQ_UNIT)
  await restart((unit) => LUDUS_UNITS.includes(unit))
  await attempt(`set it right by hand, with the files as they are in ${folder}`, () => checkBack(journal, units, parts))
  return left
}

/** Address, ports, rule and routes: each looked at first, so that only what is not as it was is changed. */
async function networkBack(journal: HostJournal, begun: readonly HostStep[], { system }: HostParts): Promise<void> {
  const { before, target } = journal
  const look = () => system.look(UNITS)
  for (const step of begun) {
    if (step.kind !== 'add-route' || before.routes.some((route) => isThe(step, route))) continue
    const { destination, via, dev } = step
    if ((await look()).routes.some((route) => isThe(step, route)))
      await system.run(['ip', 'route', 'del', destination, 'via', via, 'dev', dev])
  }
  if (before.hadAddress && !hasNatAddress(await look(), target.bridge)) await system.run(['ifup', target.bridge])
  for (const command of plugsBack(before.ports, target.bridge, (await look()).devices)) await system.run(command)
  // By neither ifdown nor ifup: the VNet itself is to stay, and what is plugged into it.
  if (!before.deviceHadAddress && hasNatAddress(await look(), NAT_DEVICE))
    await system.run(['ip', 'address', 'del', NAT_ADDRESS, 'dev', NAT_DEVICE])
  const now = masqueradesOf(await look(), target.outgoing)
  const verb = now > before.masquerades ? '-D' : '-A'
  const rule = ['POSTROUTING', '-s', NAT_NETWORK, '-o', target.outgoing, '-j', 'MASQUERADE']
  for (let count = Math.abs(now - before.masquerades); count > 0; count -= 1)
    await system.run(['iptables', '-w', '5', '-t', 'nat', verb, ...rule])
  for (const route of before.routes) {
    const { destination, via, dev, metric } = route
    if (via === undefined || dev === undefined) continue
    if ((await look()).routes.some((seen) => isSame(seen, route))) continue
    const marks = ['proto', String(route.protocol), ...(metric === 0 ? [] : ['metric', String(metric)])]
    await system.run(['ip', 'route', 'add', destination, 'via', via, 'dev', dev, ...marks])
  }
}

type RouteStep = Extract<HostStep, { kind: 'add-route' }>

const isThe = ({ destination, via, dev }: RouteStep, route: TableRoute): boolean =>
  route.destination === destination && route.via === via && route.dev === dev

const isSame = (one: TableRoute, other: TableRoute): boolean =>
  one.destination === other.destination && one.via === other.via && one.dev === other.dev && one.metric === other.metric

/**
 * The commands that plug back into a bridge what was plugged in, and is plugged into nothing now: Debian's ifupdown2 takes
 * from a bridge what its file does not name, be it taken down or brought up, and may leave it down. Proxmox' own leaves the NICs of VMs.
 */
export function plugsBack(
  ports: readonly DeviceSeen[],
  bridge: string,
  devices: readonly DeviceSeen[],
): readonly (readonly string[])[] {
  return ports.flatMap(({ name, vlans, isUp }) => {
    const now = devices.find((device) => device.name === name)
    if (now === undefined || now.master !== undefined) return []
    const pvids = vlans.some(({ vid, isPvid }) => isPvid && vid === 1)
      ? []
      : [['bridge', 'vlan', 'del', 'dev', name, 'vid', '1']]
    return [
      ['ip', 'link', 'set', name, 'master', bridge],
      ...(isUp && !now.isUp ? [['ip', 'link', 'set', name, 'up']] : []),
      ...(vlans.length === 0 ? [] : pvids),
      ...vlans
        .filter(({ vid }) => vid !== 1)
        .map(({ vid, isPvid, isUntagged }) => [
          'bridge',
          'vlan',
          'add',
          'dev',
          name,
          'vid',
          String(vid),
          ...(isPvid ? ['pvid'] : []),
          ...(isUntagged ? ['untagged'] : []),
        ]),
    ]
  })
}

async function checkBack(
  { before, target }: HostJournal,
  units: readonly string[],
  { system, clock }: HostParts,
): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    const seen = await system.look(UNITS)
    const dead = units.find((name) => seen.units.find((unit) => unit.name === name)?.isActive !== true)
    const why =
      (before.hadAddress ? whyNotUp(target.bridge, seen, target) : undefined) ??
      (dead === undefined ? undefined : `${dead}: the service does not run`) ??
      (units.includes(DNSMASQ_UNIT) && before.hadAddress ? whyDnsmasqDeaf(target.bridge, seen) : undefined)
    if (why === undefined) return
    if (looks === LOOKS) throw new HostError(why)
    await clock.sleep(LOOK_EVERY_MS)
  }
}
