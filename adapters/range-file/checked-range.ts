import type { Node } from 'yaml'
import type { RangeFile } from '../../model/range-file.ts'
import type { PlacementKeys } from '../../model/range-file/placement.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'
import { printable } from '../../model/printable.ts'
import { pathText } from '../yaml-file/path-text.ts'
import type { YamlFile } from '../yaml-file/read-yaml.ts'

type Entry = RangeFile['ludus'][number]

/** One machine of a range file: what it becomes, and where the file says so. */
export interface Machine {
  readonly vm: VmSpec
  /** `['ludus', 3]` or `['router']`. */
  readonly path: readonly PropertyKey[]
  readonly roles: NonNullable<Entry['roles']>
  /** Name of the Windows domain it is in. */
  readonly domain: string | undefined
  /** Where a key of it stands; where the machine does if the file doesn't say the key. */
  readonly node: (key: string) => Node | undefined
  /** Whether the file says the key, or the machine has it by default. */
  readonly says: (key: string) => boolean
}

/** A range file that follows the schema, for the checks that a schema can't express. */
export interface CheckedRange {
  readonly id: string
  readonly yaml: YamlFile
  /** `defaults.target_node`. */
  readonly targetNode: string | undefined
  /** `notify.urls`: secrets. */
  readonly notifyUrls: readonly string[]
  /** The router, then the VMs in file order. */
  readonly machines: readonly Machine[]
  /** `ludus_extensions.lanista.placement`. */
  readonly placement: PlacementKeys
}

/** The machines of a checked file with filled-in names, and their places. */
export function checkedRange(spec: RangeSpec, file: RangeFile, yaml: YamlFile): CheckedRange {
  const machine = (vm: VmSpec, path: readonly PropertyKey[], entry: Partial<Entry>): Machine => ({
    vm,
    path,
    roles: entry.roles ?? [],
    domain: entry.domain?.fqdn,
    node: (key) => yaml.place([...path, key]).node,
    says: (key) => yaml.place([...path, key]).exact,
  })
  const vms = spec.vms.map((vm, index) => machine(vm, ['ludus', index], file.ludus[index] ?? {}))
  const router = machine(spec.router, ['router'], { roles: file.router?.roles })
  const placement = file.ludus_extensions?.lanista?.placement ?? {}
  return {
    id: spec.id,
    yaml,
    targetNode: spec.targetNode,
    notifyUrls: spec.notifyUrls,
    machines: [router, ...vms],
    placement,
  }
}

/** How a message calls a machine that the reader has not just been led to. */
export const calledOf = ({ vm, path }: Machine): string =>
  vm.role === 'router' ? 'the router' : `${pathText(path)} (${printable(vm.name)})`
