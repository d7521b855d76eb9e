import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, vmidsOf } from '../scenarios/bridge-installation.ts'
import { lanistaHere } from '../scenarios/command-line.ts'
import { openSite } from '../scenarios/site.ts'

/** As the lab answered, where one NIC took three seconds in twelve requests, six of them waited for. In milliseconds. */
const RESPONSE = 500
/** As many as a node of Proxmox VE has. */
const WORKERS = 3
const SAMPLE = 50

/** A move of ranges of 4 and 30 VMs with a router, on the simulator's clock: what it asks, and for how long what is apart. */
export async function benchMigration(): Promise<void> {
  for (const vms of [4, 30]) await benchRange(vms)
}

async function benchRange(vms: number): Promise<void> {
  const range = { id: 'AB', number: 1, vms: vms - 1, running: true, options: '' }
  const world = bridgeInstallation({ zone: 'vxlan', ranges: [range], others: [] })
  // Of each that may be asked two requests come on top.
  for (const guest of world.guests.values()) guest.config.delete('agent')
  const site = await openSite({}, world, { durations: { response: RESPONSE }, workers: WORKERS })
  try {
    await site.nodesHaveTold()
    const { journal } = site.simulator
    const ended = new AbortController()
    const watching = watch(site.simulator, vmidsOf(range), ended.signal)
    const run = await lanistaHere(['migrate', 'run', '--config', site.config])
    ended.abort()
    const { apart, loose } = await watching
    if (run.status !== 0) throw new Error(run.stdout + run.stderr)
    const entries = journal.entries()
    const isApply = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PUT' && path === '/cluster/sdn'
    const applied = entries.findIndex(isApply)
    const nicWrites = entries.filter(({ method, path }) => method === 'PUT' && path.endsWith('/config'))
    const [first, last] = [nicWrites[0]?.at ?? 0, nicWrites.at(-1)?.at ?? 0]
    const ofNics = entries.slice(applied).filter(({ path }) => /\/qemu\/\d+\/|\/bridges$|\/pools\//.test(path))
    console.log(
      `migration: range of ${vms} VMs, ${vms + 1} NICs, ${RESPONSE} ms an answer, ${WORKERS} at once: ` +
        `${(ofNics.length / (vms + 1)).toFixed(1)} requests a NIC (${counted(ofNics.map(shape))}), ` +
        `applies ${entries.filter(isApply).length}, first to last NIC ${seconds(last - first)}, ` +
        `machine and router on different networks for at most ${seconds(Math.max(...apart.values()))} ` +
        `(mean ${seconds(mean([...apart.values()]))}), a tap on no bridge for at most ${seconds(Math.max(...loose.values()))}` +
        `, reboots ${entries.filter(({ path }) => path.endsWith('/reboot')).length}`,
    )
  } finally {
    await site.close()
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / Math.max(1, all.length)

const shape = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path.replace(/^\/nodes\/\w+/, '').replaceAll(/\/(\d+|AB|ludus|localnetwork)(?=\/|$)/g, '')}`

function counted(all: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1)
  return [...counts].map(([each, count]) => `${count} ${each}`).join(', ')
}

const bridgeOf = (world: World, vmid: number, key: string): string =>
  /bridge=(\w+)/.exec(String(world.guests.get(vmid)?.config.get(key)))?.[1] ?? ''

/** The longest that each machine was on another network than its router, and that a tap of each was on no bridge. */
async function watch(
  { world, simulation: { clock } }: Simulator,
  [router = 0, ...machines]: readonly number[],
  signal: AbortSignal,
): Promise<{ readonly apart: ReadonlyMap<number, number>; readonly loose: ReadonlyMap<number, number> }> {
  const longest = { apart: new Map<number, number>(), loose: new Map<number, number>() }
  const since = { apart: new Map<number, number>(), loose: new Map<number, number>() }
  const note = (what: 'apart' | 'loose', vmid: number, isSo: boolean): void => {
    const now = clock.now()
    const begun = since[what].get(vmid) ?? now
    if (isSo) since[what].set(vmid, begun)
    else since[what].delete(vmid)
    longest[what].set(vmid, Math.max(longest[what].get(vmid) ?? 0, now - begun))
  }
  while (!signal.aborted) {
    for (const vmid of machines) note('apart', vmid, bridgeOf(world, vmid, 'net0') !== bridgeOf(world, router, 'net1'))
    for (const vmid of [router, ...machines])
      note('loose', vmid, (world.guests.get(vmid)?.running?.loose.size ?? 0) > 0)
    await clock.sleep(SAMPLE)
  }
  return longest
}
