import { OWNER_TAG, rangeTag } from '../../model/identity.ts'
import type { MachineAudit, MachineRead } from '../../model/machine-ports.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import { cardOf, nicsOf, type RangeNetworks } from './config-patch.ts'
import { isWired, rewired, type WantedWiring, wiringOf, wiringText } from './nic-wiring.ts'

/** One field of a VM's configuration that is not as the range file says. */
export interface Difference {
  readonly part: 'networks' | 'hardware'
  /** Proxmox' name of the field, such as `net0` or `memory`. */
  readonly key: string
  readonly is: string
  readonly shouldBe: string
  /** What would have to be written; undefined when nothing can be. */
  readonly value: string | number | undefined
}

/** VLAN -> the router's NIC that carries it, such as `net2`. */
export type NicOfVlan = ReadonlyMap<number, string>

/** So many NICs a VM can have, by Proxmox: `net0` to `net31`. */
const NICS_AT_MOST = 32

/**
 * How a VM's configuration differs from what its range file asks for, in the fields that Lanista owns: where its NICs are
 * plugged in, cores, memory, balloon, and the tags. Nothing else of a NIC counts, and NICs that the file knows nothing of
 * are somebody else's. Of a configuration that `configPatchOf` has written nothing differs.
 *
 * @param known where the router's VLANs were when last looked at: tells a NIC that was moved from one that was added
 */
export const differencesOf = (
  vm: VmSpec,
  networks: RangeNetworks,
  read: MachineRead & Partial<MachineAudit>,
  known: NicOfVlan,
): readonly Difference[] => [
  ...networkDifferences(vm, networks, read, known),
  ...hardwareDifferences(vm, networks, read),
]

/** The router's NICs that carry the range's VLANs, each VLAN's first. */
export function nicOfVlan({ names, vlans }: RangeNetworks, { config }: MachineRead): NicOfVlan {
  const found = new Map<number, string>()
  for (const key of nicKeys(config)) {
    const { bridge, vlan } = wiringOf(config[key] ?? '')
    if (key !== 'net0' && bridge === names.range && vlan !== undefined && vlans.includes(vlan) && !found.has(vlan))
      found.set(vlan, key)
  }
  return found
}

function networkDifferences(
  vm: VmSpec,
  networks: RangeNetworks,
  read: MachineRead & Partial<MachineAudit>,
  known: NicOfVlan,
): readonly Difference[] {
  const [first, ...others] = nicsOf(vm, networks)
  const differs = (key: string, wanted: WantedWiring): readonly Difference[] =>
    wiringDifference(vm, key, read.config[key], wanted)
  const own = first === undefined ? [] : differs('net0', first)
  const carried = nicOfVlan(networks, read)
  // A NIC that is to go with the next boot is still there.
  const taken = new Set([...Object.keys(read.config), ...(read.waiting ?? [])])
  const missing = others.filter(({ vlan }) => vlan !== undefined && !carried.has(vlan))
  const carriers = new Set(carried.values())
  const formerRange = networks.names.former?.[1]
  const onFormer = (vlan: number | undefined): string | undefined =>
    nicKeys(read.config).find((key) => {
      const is = wiringOf(read.config[key] ?? '')
      return key !== 'net0' && is.bridge !== undefined && is.bridge === formerRange && is.vlan === vlan
    })
  const moved = missing.flatMap((nic): readonly (readonly [string, WantedWiring])[] => {
    // One on the network of before is that NIC: none is added beside it.
    const key = known.get(nic.vlan ?? 0) ?? onFormer(nic.vlan)
    return key === undefined || carriers.has(key) ? [] : [[key, nic]]
  })
  for (const [key] of moved) taken.add(key)
  const added = missing
    .filter((nic) => !moved.some(([, each]) => each === nic))
    .map((nic): readonly [string | undefined, WantedWiring] => {
      const key = freeNic(taken)
      if (key !== undefined) taken.add(key)
      return [key, nic]
    })
  return [
    ...own,
    ...moved.flatMap(([key, nic]) => differs(key, nic)),
    ...added.flatMap(([key, nic]) => (key === undefined ? [noFreeNic(nic)] : differs(key, nic))),
  ]
}

function wiringDifference(
  vm: VmSpec,
  key: string,
  text: string | undefined,
  wanted: WantedWiring,
): readonly Difference[] {
  if (text !== undefined && isWired(text, wanted)) return []
  return [
    {
      part: 'networks',
      key,
      is: text === undefined ? 'missing' : `on ${wiringText(wiringOf(text))}`,
      shouldBe: `on ${wiringText(wanted)}`,
      value: rewired(text ?? cardOf(vm), wanted),
    },
  ]
}

const noFreeNic = (nic: WantedWiring): Difference => ({
  part: 'networks',
  key: 'the NICs',
  is: `all ${NICS_AT_MOST} in use`,
  shouldBe: `one of them on ${wiringText(nic)}`,
  value: undefined,
})

function hardwareDifferences(
  vm: VmSpec,
  { rangeId }: RangeNetworks,
  { config, tags }: MachineRead,
): readonly Difference[] {
  const cores = config['cores'] ?? '1'
  // Proxmox writes it as a property string as well: `current=2048`.
  const memory = (config['memory'] ?? '512').replace(/^current=/, '')
  const numbers: readonly (readonly [string, string, number, string])[] = [
    ['cores', cores, vm.cpus, ''],
    ['vcpus', config['vcpus'] ?? cores, vm.cpus, ''],
    ['memory', memory, vm.memoryMiB, ' MiB'],
    ['balloon', config['balloon'] ?? 'not set', vm.balloonMiB, ' MiB'],
  ]
  const tag = rangeTag(rangeId)
  return [
    ...numbers.flatMap(([key, is, wanted, unit]): readonly Difference[] =>
      is === String(wanted)
        ? []
        : [{ part: 'hardware', key, is: /\d/.test(is) ? is + unit : is, shouldBe: wanted + unit, value: wanted }],
    ),
    ...(tags.includes(OWNER_TAG) && !tags.includes(tag)
      ? [{ part: 'hardware', key: 'tags', is: tags.join(';'), shouldBe: `with ${tag}`, value: undefined } as const]
      : []),
  ]
}

const nicKeys = (config: MachineRead['config']): readonly string[] =>
  Array.from({ length: NICS_AT_MOST }, (_, index) => `net${index}`).filter((key) => config[key] !== undefined)

/** The lowest that is free, but `net0`, which is the NAT network's. */
const freeNic = (taken: ReadonlySet<string>): string | undefined =>
  Array.from({ length: NICS_AT_MOST - 1 }, (_, index) => `net${index + 1}`).find((key) => !taken.has(key))
