import { ownerMark, vmidOf } from '../../model/identity.ts'
import { type Guest, poolOf, type World } from '../../adapters/simulator/world.ts'
import type { Ground } from './arena.ts'
import type { Chronicle } from './chronicle.ts'
import { nameIn, OCTETS } from './range-text.ts'
import type { RangeId, Step } from './steps.ts'

/** The alias that a person gives a VNet to make it their own, and the name and tag of one that they make. */
export const THEIR_MARK = 'mine'
const THEIR_VNET = { vnet: 'theirs', zone: 'ludus', tag: 4242 } as const

/** What a person does with a VM that the controller made; nothing when there is none. */
export async function workOn(arena: Ground, chronicle: Chronicle, step: Extract<Step, { kind: 'person' }>) {
  const { world, person } = arena
  const guest = chronicle.ownOf(step.range, nameIn(step.range, step.vm))
  if (guest === undefined) return
  const { vmid, node, config } = guest
  const at = `/nodes/${node}/qemu/${vmid}`
  const task = async (...request: Parameters<typeof person>): Promise<void> => {
    const before = world.tasks.length
    await person(...request)
    await Promise.all(world.tasks.slice(before).flatMap(({ id, done }) => (id === String(vmid) ? [done] : [])))
  }
  switch (step.does) {
    case 'rename':
      if (!config.has('name')) return
      config.set('name', `mine-${vmid}`)
      chronicle.disown(guest)
      return
    case 'take out of its pool':
      if (!config.has('name')) return
      poolOf(world, vmid)?.vms.delete(vmid)
      chronicle.disown(guest)
      return
    case 'untag':
      config.set('tags', 'theirs')
      return
    case 'lock':
      if (!config.has('lock')) config.set('lock', 'backup')
      return
    case 'protect':
      config.set('protection', 1)
      return
    case 'stop':
    case 'start':
    case 'reboot':
      return task('POST', `${at}/status/${step.does}`)
    case 'delete':
      await task('POST', `${at}/status/stop`)
      return task('DELETE', at)
    case 'migrate':
      return task('POST', `${at}/migrate`, { target: node === 'pve1' ? 'pve2' : 'pve1', online: 1 })
    case 'move a NIC': {
      const nic = String(config.get('net0') ?? '').replace(/bridge=\w+(,tag=\d+)?/, 'bridge=vmbr0')
      return void (nic !== '' && (await person('PUT', `${at}/config`, { net0: nic })))
    }
    case 'change the hardware':
      return void (await person('PUT', `${at}/config`, { memory: 4096, cores: 4 }))
  }
}

/** What a person does with the networks. */
export async function workOnNetworks(
  { world, person }: Ground,
  step: Extract<Step, { kind: 'network' }>,
  locks: string[],
) {
  const vnet = vnetOf(step.range, world)
  switch (step.does) {
    case 'delete its VNet':
    case 'delete its VNet and apply':
      if (vnet === undefined) return
      await person('DELETE', `/cluster/sdn/vnets/${vnet}`)
      if (step.does.endsWith('apply')) await person('PUT', '/cluster/sdn')
      return
    case 'retag its VNet':
      return void (vnet !== undefined && (await person('PUT', `/cluster/sdn/vnets/${vnet}`, { tag: 4711 })))
    case 'rename its VNet':
      return void (vnet !== undefined && (await person('PUT', `/cluster/sdn/vnets/${vnet}`, { alias: THEIR_MARK })))
    case 'make a VNet':
      return void (await person('POST', '/cluster/sdn/vnets', THEIR_VNET))
    case 'apply':
      return void (await person('PUT', '/cluster/sdn'))
    case 'roll back':
      return void (await person('POST', '/cluster/sdn/rollback'))
    case 'take the lock': {
      const { status } = await person('POST', '/cluster/sdn/lock', { 'allow-pending': 1 })
      return void (status === 200 && world.sdn.lock !== undefined && locks.push(world.sdn.lock))
    }
    case 'release the lock':
      return void (await Promise.all(
        locks.splice(0).map((token) => person('DELETE', '/cluster/sdn/lock', { 'lock-token': token })),
      ))
    case 'stage interfaces':
      for (const node of world.nodes.values())
        if (node.name === 'pve2') node.stagedNetwork = new Map([...node.network, ['vmbr7', { type: 'bridge' }]])
      return
  }
}

/** The VNet that carries a range's mark. */
const vnetOf = (range: RangeId, { sdn }: World): string | undefined =>
  [...sdn.configured.vnets].find(([, { alias }]) => alias === ownerMark(range))?.[0]

/** A person makes a VM that is in the way of a range's, or lives in its pool. */
export function settle(
  { world, files }: Ground,
  chronicle: Chronicle,
  step: Extract<Step, { kind: 'stranger' }>,
): void {
  const { range, vm, takes } = step
  const number = Number(vnetOf(range, world)?.slice(1) ?? 1)
  const lastOctet = OCTETS[vm] ?? 0
  const vlan = files.get(range)?.vms[vm]?.vlan ?? 10
  const vmid = takes === 'its VMID' ? vmidOf(number, { vlan, lastOctet }) : 500 + world.guests.size
  const pool = takes === 'a place in its pool' ? world.pools.get(range) : undefined
  if (world.guests.has(vmid) || (takes === 'a place in its pool' && pool === undefined)) return
  const name = takes === 'its name' ? nameIn(range, vm) : `guest-${vmid}`
  const guest: Guest = {
    vmid,
    node: 'pve3',
    config: new Map<string, string | number>([
      ['name', name],
      ['memory', '1024'],
      ['tags', 'lanista'],
    ]),
    pending: new Map(),
    snapshots: new Map(),
    running: undefined,
  }
  world.guests.set(vmid, guest)
  pool?.vms.add(vmid)
  chronicle.strange(guest)
}
