import type { ConfigPatch, MachineAudit } from '../../model/machine-ports.ts'
import type { Drift, VmSpec } from '../../model/range-spec.ts'
import { NOT_MIGRATED } from '../hold-on.ts'
import type { RangeNetworks } from './config-patch.ts'
import { type Difference, differencesOf, nicOfVlan, type NicOfVlan } from './find-drift.ts'
import { marksLacking, marksOf } from './marks.ts'
import { NAT_LACKING_REMEDY } from './nat-lacking.ts'
import { wiringOf } from './nic-wiring.ts'
import { unconfiguredMessage } from './plan-existing-vm.ts'
import { refusedVlanText } from './refused-vlan.ts'
import { unmovedNics, unmovedText } from './unmoved-nics.ts'

/** A VM that exists, as it is and as it should be. */
export interface DriftCase {
  readonly vm: VmSpec
  readonly networks: RangeNetworks
  readonly drift: Drift
  readonly read: MachineAudit
  /** Where the router's VLANs were when last looked at. */
  readonly known: NicOfVlan
}

/** What is to be written, and what is to be told as long as nothing more is written. */
export interface DriftJudgement {
  readonly patch: ConfigPatch | undefined
  /** NICs that are not where the file says: the VM can't be reached as asked. */
  readonly trouble: string | undefined
  /** Hardware that is not as the file says, or not yet. */
  readonly remark: string | undefined
  /** What kind of trouble that is, where programs are to know it. */
  readonly reason?: typeof NOT_MIGRATED | undefined
  /** It is looked at again in the next pass: Proxmox holds it locked, or what a person does about it is to be seen soon. */
  readonly held: boolean
  /** It is off and was never configured, which is to be made up for: nothing else is worth telling. */
  readonly toBeConfigured: boolean
}

/**
 * Decides what becomes of a VM's differences. Only a VM with the range's tags is written: one that Ludus made is somebody's
 * work, and is only told about. No NIC with a change that waits for the next boot is written, as its MAC may be another one.
 */
export function judgeDrift(about: DriftCase): DriftJudgement {
  const { vm, networks, drift, read, known } = about
  const marks = marksOf(read, networks.rangeId, false)
  if (marks === 'unconfigured') return neverConfigured(about)
  const unmoved = unmovedNics(vm, networks, read)
  const isUnmoved = (key: string): boolean => unmoved.some((nic) => nic.key === key)
  const differences = differencesOf(vm, networks, read, known).filter(({ key }) => !isUnmoved(key))
  const reasons = differences.map((difference) => ({ difference, stays: whyItStays(difference, about) }))
  const writes = reasons.flatMap(({ difference: { key, value }, stays }) =>
    stays === undefined && value !== undefined ? [[key, value] as const] : [],
  )
  const left = reasons.flatMap(({ difference, stays }) => (stays === undefined ? [] : [{ ...difference, stays }]))
  const ofPart = (part: keyof Drift): string | undefined => {
    const reported = left.filter((each) => each.part === part)
    const waiting = waitingKeys(part, about)
    const sentences = [
      ...(reported[0] === undefined
        ? []
        : [
            `${reported.map(({ key, is, shouldBe }) => `${key} is ${is}, should be ${shouldBe}`).join(', ')}; ${reported[0].stays}`,
          ]),
      ...(waiting.length === 0 ? [] : [`${waiting.join(', ')}: as asked from its next boot on; ${rebootRemedy(read)}`]),
    ]
    return sentences.length === 0 ? undefined : `vm ${vm.name}: ${sentences.join('; ')}`
  }
  const nat = natLackingText(about)
  const plugged = nat.length === 0 ? read : withoutNic(read, 'net0', networks.names.nat)
  const networkTrouble = [
    unmoved.length === 0 ? [] : unmovedText(vm, networks, unmoved),
    ofPart('networks') ?? [],
    refusedVlan(about),
    nat,
    unpluggedText(vm, plugged),
  ]
    .flat()
    .join('; and ')
  const wanted = marks === 'configured' && differences.some(({ part }) => drift[part] === 'correct')
  return {
    patch: writes.length === 0 ? undefined : { set: Object.fromEntries(writes), delete: [], digest: read.digest },
    trouble: networkTrouble === '' ? undefined : networkTrouble,
    reason: unmoved.length === 0 ? undefined : NOT_MIGRATED,
    remark: ofPart('hardware'),
    held: (wanted && read.lock !== undefined) || unmoved.length > 0,
    toBeConfigured: false,
  }
}

/** Only its notes tell, which a look at the cluster doesn't: its tags may be its template's, its VMID that of another file. */
const neverConfigured = ({ vm, networks, read }: DriftCase): DriftJudgement => ({
  patch: undefined,
  trouble: read.running ? unconfiguredMessage(vm.name, read, networks.rangeId) : undefined,
  remark: undefined,
  held: false,
  toBeConfigured: !read.running,
})

/** Why a difference is not corrected, with the remedy; undefined when it is to be. */
function whyItStays({ part, key, value }: Difference, { networks, drift, read }: DriftCase): string | undefined {
  if (marksOf(read, networks.rangeId, false) !== 'configured') {
    const { finding, remedy } = marksLacking(read, networks.rangeId)
    return `it ${finding}, as if Ludus or a person made it, so it is only told; change it in Proxmox, or, for it to count as Lanista's own, ${remedy}`
  }
  if (part === 'networks' && isOnFormer(key, read, networks))
    return `it was made where ranges had VNets, so it is only told: a correction moves no VM from one kind of network to the other; change it in Proxmox`
  if (drift[part] === 'report')
    return `it is only told, as drift.${part} is report; change it in Proxmox, or set drift.${part} to correct`
  if (value === undefined) return 'remove a NIC that nobody needs'
  if (read.lock !== undefined) return `it is corrected when Proxmox' lock (${read.lock}) is gone`
  if (read.paused) return 'it is corrected when it is no longer paused'
  if (part === 'networks' && read.waiting.includes(key))
    return `another change of it waits for the next boot, after which it is corrected; ${rebootRemedy(read)}`
  return undefined
}

const isOnFormer = (key: string, { config }: MachineAudit, { names }: RangeNetworks): boolean => {
  const { bridge } = wiringOf(config[key] ?? '')
  return bridge !== undefined && (names.former ?? []).includes(bridge)
}

/** A router that Ludus 2 has deployed has the VLAN 1 there, which a VNet without VLAN awareness refuses at its next start. */
function refusedVlan({ vm, networks: { names }, read }: DriftCase): readonly string[] {
  const text = names.natRefusesVlans === true ? refusedVlanText(read, names.nat) : undefined
  return text === undefined ? [] : [`vm ${vm.name}: ${text}`]
}

/** Where the zone of the NAT VNet has left a node under a router that runs there. An apply brings nothing back. */
function natLackingText({ vm, networks: { names }, read: { node, running, config } }: DriftCase): readonly string[] {
  const isOnNat = vm.role === 'router' && wiringOf(config['net0'] ?? '').bridge === names.nat
  const why = isOnNat && running ? names.natLacking?.[node] : undefined
  return why === undefined
    ? []
    : [
        `vm ${vm.name}: it runs and its node ${node} ${why}, so it reaches nothing outside of its range; ${NAT_LACKING_REMEDY}`,
      ]
}

/** What is said of it already left out. */
const withoutNic = (read: MachineAudit, key: string, bridge: string): MachineAudit => ({
  ...read,
  unplugged: read.unplugged.filter((each) => each !== key),
  bridgesGone: read.bridgesGone.filter((each) => each !== bridge),
})

/** The fields as asked whose change waits for the next boot. */
export function waitingKeys(
  part: keyof Drift,
  { vm, networks, read, known }: Omit<DriftCase, 'drift'>,
): readonly string[] {
  const different = new Set(differencesOf(vm, networks, read, known).map(({ key }) => key))
  const own =
    part === 'hardware'
      ? ['cores', 'vcpus', 'memory', 'balloon']
      : ['net0', ...(vm.role === 'router' ? nicOfVlan(networks, read).values() : [])]
  return read.waiting.filter((key) => own.includes(key) && !different.has(key)).toSorted()
}

/** A reboot from inside the guest keeps QEMU, and with it what it was started with. */
const rebootRemedy = ({ vmid, node }: MachineAudit): string =>
  `reboot it in Proxmox when it suits: qm reboot ${vmid} on ${node}`

/** A stop and a start plug every NIC in again; a reboot from within leaves the process, and so its NICs, as they are. */
function unpluggedText({ name }: VmSpec, { vmid, node, unplugged, bridgesGone }: MachineAudit): readonly string[] {
  if (unplugged.length === 0) return []
  const again = `stop it and start it again: qm shutdown ${vmid} (qm stop ${vmid} where its guest does not react), then qm start ${vmid} (on ${node})`
  const gone = bridgesGone.join(' and ')
  // Where the bridge is not there a start fails.
  const what =
    gone === ''
      ? `${unplugged.join(', ')} hangs on no bridge, so it has no network there; ${again}`
      : `its node ${node} does not have ${gone} (${unplugged.join(', ')}), so it has no network there; bring that back first by applying again, with all that is pending in Datacenter > SDN: pvesh set /cluster/sdn (ifreload -a on ${node} tells what is wrong); then ${again}`
  return [`vm ${name}: it runs and ${what}`]
}
