import type { ConfigValue, Guest, SdnObject, World } from '../../adapters/simulator/world.ts'
import { poolOf } from '../../adapters/simulator/world.ts'
import { isConfiguredFor, NAT_VNET, ownerMark, ROUTER_ADDRESS, vmidOf } from '../../model/identity.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { isWired, type Wiring } from '../../reconcilers/vm/nic-wiring.ts'
import type { Ground } from './arena.ts'
import { isInForce, nameIn, OCTETS, type RangeFile, type VmEntry } from './range-text.ts'
import { RANGES, type RangeId } from './steps.ts'

/** The router as Ludus makes it when the file says nothing of it. */
const ROUTER: Omit<VmEntry, 'node' | 'vlan'> = { ram: 2, cpus: 2 }

/** How the cluster differs from what the files ask for, leaving out what a person has made impossible. */
export function differencesFromFiles(arena: Ground): readonly string[] {
  return RANGES.flatMap((range) => {
    const file = arena.files.get(range)
    if (!isInForce(file)) return []
    const found = file.state === 'absent' ? leftOf(range, file, arena.world) : differencesIn(range, file, arena)
    return found.map((each) => `${range}: ${each}`)
  })
}

function differencesIn(range: RangeId, file: RangeFile, arena: Ground): readonly string[] {
  const { world } = arena
  const marked = [...world.sdn.configured.vnets].filter(([, { alias }]) => alias === ownerMark(range))
  const [vnet, ...more] = marked
  if (vnet === undefined || more.length > 0) return [`has ${marked.length} VNets`]
  const [name, config] = vnet
  const number = Number(name.slice(1))
  const wanted = { type: 'vnet', zone: 'ludus', tag: number, vlanaware: 1, alias: ownerMark(range) }
  const machines = ['router', ...Object.keys(file.vms)].map((vm) => machineIn(range, vm, number, file, world))
  const ready = arena.life().controller.board.get(range)
  const isReady = ready !== undefined && readyConditionOf(ready)?.status === 'True'
  const excuses = machines.flatMap(({ excuse }) => excuse ?? [])
  return [
    ...(same(config, wanted) ? [] : [`its VNet is ${JSON.stringify(config)}`]),
    ...[name, NAT_VNET.name].flatMap((each) =>
      same(world.sdn.running.vnets.get(each), world.sdn.configured.vnets.get(each)) ? [] : [`${each} is not applied`],
    ),
    ...(world.pools.has(range) ? [] : ['has no pool']),
    ...machines.flatMap(({ differences }) => differences),
    ...(isReady === (excuses.length === 0)
      ? []
      : [`is ${isReady ? '' : 'not '}called Ready with ${excuses.join(', ') || 'nothing in the way'}`]),
  ]
}

/** What is not as asked of one VM, or why nothing can be asked of it. */
interface MachineFound {
  readonly differences: readonly string[]
  /** What a person did so that the range can't be Ready. */
  readonly excuse?: string | undefined
}

function machineIn(range: RangeId, vm: string, number: number, file: RangeFile, world: World): MachineFound {
  const name = nameIn(range, vm)
  const guests = [...world.guests.values()].filter(({ config }) => config.get('name') === name)
  const own = guests.filter(({ vmid }) => poolOf(world, vmid)?.poolid === range)
  const entry = file.vms[vm]
  const spelled = vmidOf(
    number,
    entry === undefined ? ROUTER_ADDRESS : { vlan: entry.vlan, lastOctet: OCTETS[vm] ?? 0 },
  )
  const [guest] = own
  if (own.length > 1) return { differences: [`${name} exists ${own.length} times`] }
  if (guest === undefined) {
    const inTheWay = guests.length > 0 || world.guests.has(spelled)
    return inTheWay ? { differences: [], excuse: `${name} taken` } : { differences: [`${name} is missing`] }
  }
  const tags = String(guest.config.get('tags') ?? '').split(';')
  if (!isConfiguredFor(range, tags)) {
    // As if somebody else had made it: it is started and shut down, and nothing of it is written.
    return guest.running === undefined && file.power === 'on' ? { differences: [`${name} is off`] } : untagged(name)
  }
  const nics = wiredWrong(vm, guest, number, file)
  return {
    differences: [
      ...(guest.config.has('lock') ? [`${name} is locked: ${guest.config.get('lock')}`] : []),
      ...((guest.running !== undefined && file.power === 'off') || (!guest.running && file.power === 'on')
        ? [`${name} is ${guest.running === undefined ? 'off' : 'on'}`]
        : []),
      ...(file.drift.networks === 'correct' ? nics : []),
      ...(file.drift.hardware === 'correct' ? hardwareOf(name, guest, entry ?? ROUTER) : []),
    ],
    excuse: file.drift.networks === 'report' ? nics[0] : undefined,
  }
}

const untagged = (name: string): MachineFound => ({ differences: [], excuse: `${name} untagged` })

/** NICs that are not where the file wants them; one that is to change with the next boot counts as it will be. */
function wiredWrong(vm: string, guest: Guest, number: number, file: RangeFile): readonly string[] {
  const bridge = `r${number}`
  const nics = Object.entries(valuesOf(guest)).filter(([key]) => /^net\d+$/.test(key))
  const has = (key: RegExp, wanted: Wiring): readonly string[] =>
    nics.some(([name, value]) => key.test(name) && isWired(String(value), wanted))
      ? []
      : [`${String(guest.config.get('name'))} has no NIC on ${wanted.bridge} ${wanted.vlan ?? ''}`]
  if (vm !== 'router') return has(/^net0$/, { bridge, vlan: file.vms[vm]?.vlan })
  const vlans = [...new Set(Object.values(file.vms).map(({ vlan }) => vlan))]
  return [
    ...has(/^net0$/, { bridge: NAT_VNET.name, vlan: undefined }),
    ...vlans.flatMap((vlan) => has(/^net[1-9]/, { bridge, vlan })),
  ]
}

function hardwareOf(name: string, guest: Guest, { ram, cpus }: Pick<VmEntry, 'ram' | 'cpus'>): readonly string[] {
  const is = valuesOf(guest)
  const wanted = { memory: ram * 1024, cores: cpus, vcpus: cpus }
  return Object.entries(wanted).flatMap(([key, value]) =>
    Number(is[key]) === value ? [] : [`${name} has ${key} ${is[key]}, not ${value}`],
  )
}

/** The configuration with what waits for the next boot. */
const valuesOf = ({ config, pending }: Guest): Readonly<Record<string, ConfigValue | null>> =>
  Object.fromEntries([...config, ...pending])

/** What is left of a range that is to go, but for what a person or a NIC holds back. */
function leftOf(range: RangeId, file: RangeFile, { guests, pools, sdn }: World): readonly string[] {
  const inPool = [...(pools.get(range)?.vms ?? [])].flatMap((vmid) => guests.get(vmid) ?? [])
  const names = ['router', ...Object.keys(file.vms)].map((vm) => nameIn(range, vm))
  if (inPool.some((guest) => holdsBack(guest, range, names))) return []
  if (inPool.length > 0) return inPool.map(({ config }) => `${config.get('name')} is to go`)
  const vnets = [...sdn.configured.vnets].filter(([, { alias }]) => alias === ownerMark(range)).map(([name]) => name)
  const used = (vnet: string): boolean =>
    [...guests.values()].some((guest) =>
      Object.values(valuesOf(guest)).some((value) => `${value},`.includes(`bridge=${vnet},`)),
    )
  if (vnets.some(used)) return []
  return [...vnets, ...(pools.has(range) ? [`pool ${range}`] : [])].map((left) => `${left} is to go`)
}

/** Of a removal nothing is begun while a guest of the pool must not go. */
function holdsBack({ config }: Guest, range: RangeId, names: readonly string[]): boolean {
  const tags = String(config.get('tags') ?? '').split(';')
  const isNamed = names.includes(String(config.get('name')))
  return !isNamed || !isConfiguredFor(range, tags) || Number(config.get('protection') ?? 0) === 1
}

/** True for two objects with the same values. */
const same = (a: SdnObject | undefined, b: SdnObject | undefined): boolean =>
  a !== undefined && b !== undefined && [...Object.keys(a), ...Object.keys(b)].every((key) => a[key] === b[key])
