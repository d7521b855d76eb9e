import type { MachineDescription } from './cluster-description.ts'
import { completeNic, printContainerNic, readContainerNic } from './containers/container-nic.ts'
import { isLinkDown, isNicKey, printNic, readNic, withMac } from './guests/nic-format.ts'
import { randomUuid, type Random } from './random.ts'
import { qemu, type ConfigValue, type World } from './world.ts'

const gib = 1_073_741_824
const MAC_PREFIX = 'BC:24:11'

const freeVmid = (world: World, from: number): number => {
  let vmid = from
  while (world.guests.has(vmid)) vmid += 1
  return vmid
}

const ostypeOf = (name: string): string => {
  if (/win11|win2025/.test(name)) return 'win11'
  return name.includes('win') ? 'win10' : 'l26'
}

const nicsOf = (
  { kind, bridge }: MachineDescription,
  nics: readonly string[] | undefined,
  random: Random,
  now: ReadonlyMap<string, ConfigValue> = new Map(),
): readonly (readonly [string, string])[] => {
  const print = (nic: string, key: string): string => {
    const same = String(now.get(key) ?? '')
    if (kind !== 'lxc') {
      const card = readNic(nic)
      return printNic(withMac({ ...card, mac: card.mac ?? readNic(same).mac }, random, MAC_PREFIX))
    }
    const { hwaddr } = readContainerNic(same)
    const card = { ...(hwaddr === undefined ? {} : { hwaddr }), ...readContainerNic(nic) }
    return printContainerNic(completeNic(card, random, MAC_PREFIX))
  }
  const usual = kind === 'lxc' ? `name=eth0,bridge=${bridge},ip=dhcp` : `virtio,bridge=${bridge}`
  return (nics ?? [usual]).map((nic, index) => [`net${index}`, print(nic, `net${index}`)])
}

/** A container's configuration; the API tells its numbers as numbers. */
const containerConfig = (machine: MachineDescription, volid: string, random: Random): Map<string, ConfigValue> =>
  new Map<string, ConfigValue>([
    ['arch', 'amd64'],
    ['cores', machine.cores],
    ['features', 'nesting=1'],
    ['hostname', machine.name],
    ['memory', machine.memory_mib],
    ...nicsOf(machine, machine.nics, random),
    ['ostype', machine.ostype ?? 'debian'],
    ['rootfs', `${volid},size=${machine.disk_gib}G`],
    ['swap', 512],
    ['unprivileged', 1],
  ])

const vmConfig = (machine: MachineDescription, volid: string, random: Random): Map<string, ConfigValue> =>
  new Map<string, ConfigValue>([
    ['name', machine.name],
    ['ostype', machine.ostype ?? ostypeOf(machine.name)],
    ['cores', machine.cores],
    ['memory', String(machine.memory_mib)],
    ['scsihw', 'virtio-scsi-pci'],
    ['scsi0', `${volid},size=${machine.disk_gib}G`],
    ...nicsOf(machine, machine.nics, random),
    ['boot', 'order=scsi0;net0'],
    ['agent', '1'],
    ['smbios1', `uuid=${randomUuid(random)}`],
    ['vmgenid', randomUuid(random)],
  ])

/** Each snapshot has the configuration of now, with its own NICs: a NIC that keeps its number keeps its MAC. */
const snapshotsOf = (
  machine: MachineDescription,
  config: ReadonlyMap<string, ConfigValue>,
  random: Random,
): Map<string, ReadonlyMap<string, ConfigValue>> => {
  const kept = new Map<string, ReadonlyMap<string, ConfigValue>>()
  let parent: string | undefined
  for (const [index, { name, description, nics }] of machine.snapshots.entries()) {
    const rest = nics === undefined ? config : new Map([...config].filter(([key]) => !isNicKey(key)))
    kept.set(
      name,
      new Map<string, ConfigValue>([
        ...rest,
        ...(nics === undefined ? [] : nicsOf(machine, nics, random, config)),
        ['snaptime', index],
        ...(parent === undefined ? [] : [['parent', parent] as const]),
        ...(description === undefined ? [] : [['description', description] as const]),
      ]),
    )
    parent = name
  }
  return kept
}

/** Puts a described machine, or template, into the world, with its disk and its place in a pool. */
export const describeGuest = (world: World, machine: MachineDescription, template: boolean): void => {
  const vmid = machine.vmid ?? freeVmid(world, template ? 9000 : 100)
  const node = machine.node ?? [...world.nodes.keys()][0] ?? ''
  const storages = [...world.storages.values()]
  const storage =
    storages.find((one) => one.id === machine.storage) ?? storages.find((one) => one.shared) ?? storages[0]
  if (storage === undefined) throw new Error(`machine ${machine.name}: the cluster has no storage; describe one`)
  const isContainer = machine.kind === 'lxc'
  const format = isContainer ? 'raw' : 'qcow2'
  const volid = `${storage.id}:${vmid}/${template ? 'base' : 'vm'}-${vmid}-disk-0.${format}`
  const { random } = world
  const config = isContainer ? containerConfig(machine, volid, random) : vmConfig(machine, volid, random)
  if (template) config.set('template', 1)
  if (machine.tags.length > 0) config.set('tags', machine.tags.toSorted().join(';'))
  const snapshots = snapshotsOf(machine, config, random)
  const last = machine.snapshots.at(-1)?.name
  if (last !== undefined) config.set('parent', last)
  const running = machine.running ? qemu(0, 1000 + vmid) : undefined
  for (const [key, value] of config) if (isNicKey(key) && isLinkDown(readNic(String(value)))) running?.unlinked.add(key)
  world.guests.set(vmid, {
    vmid,
    ...(isContainer ? { kind: 'lxc' as const } : {}),
    node,
    config,
    pending: new Map(),
    snapshots,
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
    format,
    size,
    used: Math.round(size / 4),
    parent: null,
    ctime: 0,
    content: isContainer ? 'rootdir' : 'images',
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
