import {
  addressOf,
  isNatAddress,
  NAT_HOST_ADDRESS,
  NAT_VNET,
  RANGE_NUMBERS,
  rangeNumberOfBridge,
  rangeNumberOfVnet,
} from '../../model/identity.ts'
import { nearest } from '../../model/nearest.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot, InterfaceSeen } from '../../model/snapshot.ts'
import type { TracedThing } from '../../model/trace.ts'
import { networkModeOf } from '../network-mode.ts'
import { bridgeOwner, type NetworkOwner, vnetOwner } from '../network-owner.ts'
import { numbersSeen } from '../range/known-number.ts'
import { numbersHeldBy } from '../range-number.ts'
import { type TracedMachine, tracedMachines, type TracedRanges } from './machines.ts'

/** What there is that may be asked for. */
export interface TracedWorld extends TracedRanges {
  readonly snapshot: ClusterSnapshot
  readonly settings: PlanSettings
}

/** What a text names, and what it was taken for. */
export interface ThingsCalled {
  readonly things: readonly TracedThing[]
  /** As what it was looked for, in words. */
  readonly lookedFor: readonly string[]
  /** Names that are nearly that, where there is none of that name. */
  readonly near: readonly string[]
}

/**
 * All things that a text names: VMs by name, host name, `RANGE/VM`, VMID or address; ranges by id; VNets and bridges; addresses of
 * ranges that no VM has. Names that differ only in case count where none is exactly that.
 */
export function thingsCalled(asked: string, world: TracedWorld): ThingsCalled {
  const machines = tracedMachines(world, world.snapshot, world.settings)
  if (/^[0-9]+$/.test(asked)) return byVmid(Number(asked), machines)
  if (/^([0-9]{1,3}\.){3}[0-9]{1,3}$/.test(asked)) return byAddress(asked, machines, world)
  return byName(asked, machines, world)
}

function byVmid(vmid: number, machines: readonly TracedMachine[]): ThingsCalled {
  const own = machines.filter((machine) => machine.vmid === vmid)
  // A guest that has the VMID of a VM that is not there yet keeps it from being made; both are told.
  return { things: own.map(thingOf), lookedFor: [`a VM with the VMID ${vmid}`], near: [] }
}

function byAddress(asked: string, machines: readonly TracedMachine[], world: TracedWorld): ThingsCalled {
  const own = machines.filter(({ addresses }) => addresses.includes(asked))
  const lookedFor = [`a VM with the address ${asked}`, 'the network of a range']
  if (own.length > 0) return { things: own.map((each) => ({ ...thingOf(each), address: asked })), lookedFor, near: [] }
  const whole = {
    kind: 'address',
    name: asked,
    path: undefined,
    vmid: undefined,
    node: undefined,
    address: asked,
  } as const
  if (asked === NAT_HOST_ADDRESS) {
    const is = 'the address of the Ludus host on the NAT network'
    return { things: [{ ...whole, is, owner: 'shared', rangeId: undefined, remark: undefined }], lookedFor, near: [] }
  }
  const number = isNatAddress(asked) ? Number(asked.split('.')[3]) - 100 : rangeNumberIn(asked)
  const ranges = number === undefined ? [] : rangesOfNumber(number, world)
  return {
    things: ranges.map((rangeId) => ({
      ...whole,
      is: isNatAddress(asked)
        ? `what a router of range ${rangeId} (number ${number}) would have on the NAT network`
        : `in the network of range ${rangeId} (number ${number})`,
      owner: world.specs.some(({ id }) => id === rangeId) ? 'file' : 'fileless',
      rangeId,
      remark: 'no VM that its file names has that address',
    })),
    lookedFor,
    near: [],
  }
}

function rangeNumberIn(address: string): number | undefined {
  const [ten, number] = address.split('.').map(Number)
  if (ten !== 10 || number === undefined) return undefined
  return number >= RANGE_NUMBERS.first && number <= RANGE_NUMBERS.last ? number : undefined
}

function rangesOfNumber(number: number, { specs, others, snapshot, settings }: TracedWorld): readonly string[] {
  const seen = numbersSeen(snapshot, settings, networkModeOf(snapshot, settings))
  const ids = new Set([...specs.map(({ id }) => id), ...others])
  return [...ids]
    .filter((id) => seen.some((each) => numbersHeldBy(id, each, settings.vmidBase).includes(number)))
    .sort()
}

function byName(asked: string, machines: readonly TracedMachine[], world: TracedWorld): ThingsCalled {
  const [rangeId, name] = asked.includes('/') ? asked.split('/', 2) : [undefined, asked]
  const inRange = machines.filter((machine) => rangeId === undefined || machine.rangeId === rangeId)
  const ids = rangeId === undefined ? [...new Set([...world.specs.map(({ id }) => id), ...world.others])].sort() : []
  const networks = rangeId === undefined ? networksIn(world) : []
  const matching = (isIt: (word: string) => boolean): readonly TracedThing[] => [
    ...ids.filter(isIt).map((id) => rangeThing(id, world)),
    ...inRange.filter(({ names }) => names.some(isIt)).map(thingOf),
    ...networks.filter((network) => isIt(network.name)),
  ]
  const exact = matching((word) => word === name)
  const wanted = (name ?? '').toLowerCase()
  const things = exact.length > 0 ? exact : matching((word) => word.toLowerCase() === wanted)
  const lookedFor =
    rangeId === undefined
      ? [`a range, a VM, a host name, a VNet or a bridge called ${asked}`]
      : [`a VM called ${name} of range ${rangeId}`]
  if (things.length > 0) return { things, lookedFor, near: [] }
  const candidates = [ids, inRange.flatMap(({ names }) => names), networks.map((network) => network.name)]
  const near = candidates.flatMap((words) => nearest(name ?? '', words) ?? [])
  const ranges = rangeId === undefined ? [] : [...world.specs.map(({ id }) => id), ...world.others]
  const range = rangeId === undefined || ranges.includes(rangeId) ? undefined : nearest(rangeId, ranges)
  return { things, lookedFor, near: range === undefined ? [...new Set(near)] : [`${range}/${name}`] }
}

function rangeThing(rangeId: string, { specs, snapshot, settings }: TracedWorld): TracedThing {
  const hasFile = specs.some(({ id }) => id === rangeId)
  const seen = numbersSeen(snapshot, settings, networkModeOf(snapshot, settings))
  const [number] = seen.flatMap((each) => numbersHeldBy(rangeId, each, settings.vmidBase))
  const guests = snapshot.guests.filter(({ pool }) => pool === rangeId)
  const counted = `${guests.length} ${guests.length === 1 ? 'VM' : 'VMs'} in its pool`
  return {
    kind: 'range',
    name: rangeId,
    is:
      number === undefined
        ? `a range without a network yet, ${counted}`
        : `number ${number}, network ${netOf(number)}, ${counted}`,
    owner: hasFile ? 'file' : 'fileless',
    rangeId,
    path: undefined,
    remark: undefined,
    vmid: undefined,
    node: undefined,
    address: undefined,
  }
}

const netOf = (number: number): string => `${addressOf(number, { vlan: 0, lastOctet: 0 })}/16`

/** VNets, then bridges of the nodes' own. */
function networksIn({ specs, others, snapshot }: TracedWorld): readonly TracedThing[] {
  const thing: Telling = (name, is, owner, isSpelled) => {
    const rangeId = owner.kind === 'range' ? owner.rangeId : undefined
    const common = {
      kind: 'network',
      name,
      is,
      path: undefined,
      vmid: undefined,
      node: undefined,
      address: undefined,
    } as const
    if (rangeId === undefined) {
      const isShared = owner.kind === 'nat' || name === NAT_VNET.name
      const remark = isSpelled
        ? "it has a range network's name, and no mark of a range: Ludus made it, or a person"
        : "no range's mark is on it"
      return {
        ...common,
        owner: isShared ? 'shared' : 'foreign',
        rangeId,
        remark: isShared ? undefined : remark,
      }
    }
    const hasFile = specs.some(({ id }) => id === rangeId)
    const isKnown = hasFile || others.has(rangeId)
    const remark = isKnown ? undefined : 'its mark names a range that there is nothing else of'
    return { ...common, owner: hasFile ? 'file' : 'fileless', rangeId, remark }
  }
  const vnets = snapshot.vnets.map((vnet) => {
    const { zone, tag } = vnet.configured ?? vnet.running ?? {}
    const is = `a VNet in zone ${zone ?? '?'}${tag === undefined ? '' : `, tag ${tag}`}`
    return thing(vnet.name, is, vnetOwner(vnet), rangeNumberOfVnet(vnet.name) !== undefined)
  })
  return [...vnets, ...bridgesIn(snapshot, thing)]
}

type Telling = (name: string, is: string, owner: NetworkOwner, isSpelled: boolean) => TracedThing

/** One on several nodes, such as `vmbr0`, is one thing where it is the same range's, or nobody's. */
function bridgesIn({ nodeNetworks }: ClusterSnapshot, thing: Telling): readonly TracedThing[] {
  const byOwner = new Map<string, { readonly seen: InterfaceSeen; readonly nodes: string[] }>()
  for (const { node, interfaces } of nodeNetworks)
    for (const seen of interfaces.filter(({ type }) => type === 'bridge')) {
      const owner = bridgeOwner(seen)
      const key = `${seen.name}\0${owner.kind === 'range' ? owner.rangeId : owner.kind}`
      const known = byOwner.get(key)
      if (known === undefined) byOwner.set(key, { seen, nodes: [node] })
      else known.nodes.push(node)
    }
  return [...byOwner.values()].map(({ seen, nodes }) => ({
    ...thing(
      seen.name,
      `a bridge on ${nodes.join(', ')}`,
      bridgeOwner(seen),
      rangeNumberOfBridge(seen.name) !== undefined,
    ),
    node: nodes.length === 1 ? nodes[0] : undefined,
  }))
}
/** A VM as it is told of. */
function thingOf({ names, owner, rangeId, guest, vmid, addresses, path, remark }: TracedMachine): TracedThing {
  const [name = `VM ${vmid ?? '?'}`] = guest?.name === undefined ? names : [guest.name]
  const [address] = addresses
  const at = address === undefined ? '' : `, ${address}`
  const is =
    guest === undefined
      ? `${vmid === undefined ? 'a VM' : `VMID ${vmid}`}${at}`
      : `VMID ${guest.vmid} on ${guest.node}, ${guest.status}${at}`
  return { kind: 'vm', name, is, owner, rangeId, path, remark, vmid, node: guest?.node, address }
}
