import type { MachineDescription } from './cluster-description.ts'
import { printNic, readNic, withMac } from './guests/nic-format.ts'
import { randomUuid, type Random } from './random.ts'
import { qemu, type ConfigValue, type World } from './world.ts'

const gib = 1_073_741_824

const freeVmid = (world: World, from: number): number => {
  let vmid = from
  while (world.guests.has(vmid)) vmid += 1
  return vmid
}

const ostypeOf = (name: string): string => {
  if (/win11|win2025/.test(name)) return 'win11'
  return name.includes('win') ? 'win10' : 'l26'
}

const nicsOf = ({ nics, bridge }: MachineDescription, random: Random): readonly (readonly [string, string])[] =>
  (nics ?? [`virtio,bridge=${bridge}`]).map((nic, index) => [
    `net${index}`,
    printNic(withMac(readNic(nic), random, 'BC:24:11')),
  ])

/** Puts a described machine, or template, into the world, with its disk and its place in a pool. */
export const describeGuest = (world: World, machine: MachineDescription, template: boolean): void => {
  const vmid = machine.vmid ?? freeVmid(world, template ? 9000 : 100)
  const node = machine.node ?? [...world.nodes.keys()][0] ?? ''
  const storages = [...world.storages.values()]
  const storage =
    storages.find((one) => one.id === machine.storage) ?? storages.find((one) => one.shared) ?? storages[0]
  if (storage === undefined) throw new Error(`machine ${machine.name}: the cluster has no storage; describe one`)
  const file = `${template ? 'base' : 'vm'}-${vmid}-disk-0.qcow2`
  const volid = `${storage.id}:${vmid}/${file}`
  const config = new Map<string, ConfigValue>([
    ['name', machine.name],
    ['ostype', machine.ostype ?? ostypeOf(machine.name)],
    ['cores', machine.cores],
    ['memory', String(machine.memory_mib)],
    ['scsihw', 'virtio-scsi-pci'],
    ['scsi0', `${volid},size=${machine.disk_gib}G`],
    ...nicsOf(machine, world.random),
    ['boot', 'order=scsi0;net0'],
    ['agent', '1'],
    ['smbios1', `uuid=${randomUuid(world.random)}`],
    ['vmgenid', randomUuid(world.random)],
    ...(template ? [['template', 1] as const] : []),
    ...(machine.tags.length > 0 ? [['tags', machine.tags.toSorted().join(';')] as const] : []),
  ])
  const running = machine.running ? qemu(0, 1000 + vmid) : undefined
  world.guests.set(vmid, {
    vmid,
    node,
    config,
    pending: new Map(),
    snapshots: new Map(),
    running,
    ...(machine.agent_answers ? {} : { agentAnswers: false }),
    ...(machine.addresses === undefined ? {} : { addresses: new Map(Object.entries(machine.addresses)) }),
  })
  const owner = storage.shared ? undefined : node
  const size = Math.round(machine.disk_gib * gib)
  storage.volumes.push({
    volid,
    vmid,
    node: owner,
    format: 'qcow2',
    size,
    used: Math.round(size / 4),
    parent: null,
    ctime: 0,
    content: 'images',
  })
  if (machine.pool === undefined) return
  const pool = world.pools.get(machine.pool) ?? {
    poolid: machine.pool,
    comment: undefined,
    vms: new Set<number>(),
    storages: new Set<string>(),
  }
  pool.vms.add(vmid)
  world.pools.set(pool.poolid, pool)
}
