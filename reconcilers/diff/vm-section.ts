import type { MachineAudit } from '../../model/machine-ports.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'
import { OWNER_TAG, rangeTag } from '../../model/identity.ts'
import { configPatchOf, nicsOf, type RangeNetworks } from '../vm/config-patch.ts'
import { type Difference, differencesOf, nicOfVlan } from '../vm/find-drift.ts'
import { waitingKeys } from '../vm/judge-drift.ts'
import { marksOf } from '../vm/marks.ts'
import { wiringOf, wiringText } from '../vm/nic-wiring.ts'
import { type Field, type Pair, type Section, sectionOf } from './section.ts'

type Power = RangeSpec['power']

/** A VM that is asked for and does not exist. */
export function absentVm({ spec, vmid, step }: VmPlan, networks: RangeNetworks, power: Power): Section {
  const node = step.kind === 'create' ? step.to : undefined
  return {
    title: `vm ${spec.name}`,
    has: undefined,
    asks: [
      ['vmid', String(vmid)],
      ...(node === undefined ? [] : [['node', node] as const]),
      ['template', spec.template],
      ...hardwareOf(spec),
      ['tags', [OWNER_TAG, rangeTag(networks.rangeId)].sort().join(';')],
      ...nicsOf(spec, networks).map((nic, index): Field => [`net${index}`, wiringText(nic)]),
      ['power', power === 'off' ? 'stopped' : 'running'],
    ],
  }
}

const hardwareOf = ({ cpus, memoryMiB, balloonMiB }: VmSpec): readonly Field[] => [
  ['cores', String(cpus)],
  ['vcpus', String(cpus)],
  ['memory', `${memoryMiB} MiB`],
  ['balloon', `${balloonMiB} MiB`],
]

/** A VM that exists, compared in what a run would correct or tell of. */
export function presentVm({ spec, phase }: VmPlan, networks: RangeNetworks, power: Power, read: MachineAudit): Section {
  const title = `vm ${spec.name}`
  const where: readonly Pair[] = [same('vmid', String(read.vmid)), same('node', read.node)]
  const isNew = phase === 'configuring' || marksOf(read, networks.rangeId, false) === 'unconfigured'
  const fields = isNew ? patchPairs(spec, networks, read) : driftPairs(spec, networks, read)
  return sectionOf(title, [...where, ...fields, powerPair(power, read, isNew)])
}

const same = (key: string, value: string): Pair => [key, value, value]

/** Of one that was never configured all that the one write would set. */
function patchPairs(spec: VmSpec, networks: RangeNetworks, read: MachineAudit): readonly Pair[] {
  const { set, delete: gone } = configPatchOf(spec, networks, read)
  const tags = read.tags.join(';')
  return [
    ...Object.entries(set).map(([key, value]): Pair => [
      key,
      key === 'tags' ? (tags === '' ? undefined : tags) : read.config[key],
      String(value),
    ]),
    ...gone.map((key): Pair => [key, read.config[key], undefined]),
  ]
}

function driftPairs(spec: VmSpec, networks: RangeNetworks, read: MachineAudit): readonly Pair[] {
  const known = nicOfVlan(networks, read)
  const differences = differencesOf(spec, networks, read, known)
  const about = { vm: spec, networks, read, known }
  const waiting = new Set([...waitingKeys('hardware', about), ...waitingKeys('networks', about)])
  const asIs = (key: string, value: string): Pair => {
    const notes = [
      ...(waiting.has(key) ? ['from its next boot on'] : []),
      ...(read.unplugged.includes(key) ? ['plugged in nowhere'] : []),
    ]
    return [key, notes.length === 0 ? value : `${value} (${notes.join(', ')})`, value]
  }
  const pair = (key: string, value: string): Pair => {
    const difference = differences.find((each) => each.key === key)
    return difference === undefined ? asIs(key, value) : differing(difference)
  }
  const nics = [...new Set(['net0', ...(spec.role === 'router' ? known.values() : [])])]
  const shown = new Set(['cores', 'vcpus', 'memory', 'balloon', ...nics])
  return [
    ...hardwareOf(spec).map(([key, value]) => pair(key, value)),
    ...nics.map((key) => pair(key, wiringText(wiringOf(read.config[key] ?? '')))),
    ...differences.filter(({ key }) => !shown.has(key)).map(differing),
  ]
}

const differing = ({ key, is, shouldBe }: Difference): Pair => [
  key,
  is === 'missing' || is === 'not set' ? undefined : withoutOn(is),
  withoutOn(shouldBe),
]

const withoutOn = (text: string): string => text.replace(/^on /, '')

/** A VM that a person has paused is left alone where it is to run, and not shut down where it is not. */
function powerPair(power: Power, { running, paused }: MachineAudit, isNew: boolean): Pair {
  const is = paused ? 'paused' : running ? 'running' : 'stopped'
  const wanted = power === 'off' ? 'stopped' : power === 'keep' && !isNew ? is : paused ? is : 'running'
  return ['power', is, wanted]
}
