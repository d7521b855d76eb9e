import { ROUTER_ADDRESS } from '../../model/identity.ts'
import type { RangeFile } from '../../model/range-file.ts'
import type { RangeSpec, Suspension, VmSpec } from '../../model/range-spec.ts'
import { otherRouterNames, routerNameFor } from '../../model/router-names.ts'
import { wishesIn } from './build-wishes.ts'

type VmEntry = RangeFile['ludus'][number]

/** Ludus' defaults of the router, from its playbook for ranges. It balloons only where `ram_gb` is left to them, too. */
const ROUTER_DEFAULTS = { template: 'debian-11-x64-server-template', ramGb: 2, balloonGb: 0.5, cpus: 2 } as const

/** GiB, fractions allowed, as the whole MiB that Proxmox takes; cut off as Ludus does. */
const mebibytes = (gibibytes: number): number => Math.trunc(gibibytes * 1024)

/** What a checked range file with filled-in names asks for: defaults applied, units fixed. */
export function buildSpec(file: RangeFile, id: string, source: string): RangeSpec {
  const lanista = file.ludus_extensions?.lanista
  const wishes = wishesIn(lanista?.placement, id)
  return {
    id,
    source,
    number: lanista?.range_number,
    suspension: suspensionOf(lanista?.suspend),
    state: lanista?.state ?? 'present',
    wave: lanista?.wave ?? 0,
    power: lanista?.power ?? 'on',
    drift: { networks: lanista?.drift?.networks ?? 'correct', hardware: lanista?.drift?.hardware ?? 'report' },
    targetNode: file.defaults?.target_node,
    notifyUrls: file.notify?.urls ?? [],
    router: withWishes(routerSpec(file, id), wishes),
    vms: file.ludus.map((entry) => withWishes(vmSpec(entry), wishes)),
  }
}

const withWishes = (vm: Omit<VmSpec, 'wishes'>, wishes: ReturnType<typeof wishesIn>): VmSpec => ({
  ...vm,
  wishes: wishes([vm.name, ...vm.otherNames]),
})

type Suspend = NonNullable<NonNullable<RangeFile['ludus_extensions']>['lanista']>['suspend']

/** A date without a time is its start in UTC. */
const suspensionOf = (suspend: Suspend): Suspension | undefined =>
  suspend && {
    reason: suspend.reason,
    owner: suspend.owner,
    until: suspend.until === undefined ? undefined : Date.parse(suspend.until),
  }

const routerSpec = ({ router = {}, ludus }: RangeFile, id: string): Omit<VmSpec, 'wishes'> => ({
  role: 'router',
  ...routerName(router, id, ludus),
  hostname: router.hostname ?? `${id}-router`,
  template: router.template ?? ROUTER_DEFAULTS.template,
  address: ROUTER_ADDRESS,
  cpus: router.cpus ?? ROUTER_DEFAULTS.cpus,
  memoryMiB: mebibytes(router.ram_gb ?? ROUTER_DEFAULTS.ramGb),
  balloonMiB: mebibytes(router.ram_min_gb ?? (router.ram_gb === undefined ? ROUTER_DEFAULTS.balloonGb : 0)),
  os: 'linux',
  domainController: false,
  fullClone: false,
  targetNode: router.target_node,
  ansibleGroups: [],
})

function routerName(
  { vm_name: said, template }: NonNullable<RangeFile['router']>,
  id: string,
  vms: RangeFile['ludus'],
): Pick<VmSpec, 'name' | 'otherNames' | 'unsaid'> {
  const unsaid = template === undefined ? (['template'] as const) : []
  if (said !== undefined) return { name: said, otherNames: [], unsaid }
  const name = routerNameFor(id, template ?? ROUTER_DEFAULTS.template)
  const vmNames = vms.map((vm) => vm.vm_name)
  return { name, otherNames: otherRouterNames(id, name, vmNames), unsaid: ['name', ...unsaid] }
}

/** Roles in a Windows domain that make a VM one of its controllers. */
const CONTROLLERS: ReadonlySet<string> = new Set(['primary-dc', 'alt-dc'])

const vmSpec = (entry: VmEntry): Omit<VmSpec, 'wishes'> => ({
  role: 'vm',
  name: entry.vm_name,
  otherNames: [],
  unsaid: [],
  hostname: entry.hostname,
  template: entry.template,
  address: { vlan: entry.vlan, lastOctet: entry.ip_last_octet },
  cpus: entry.cpus,
  memoryMiB: mebibytes(entry.ram_gb),
  balloonMiB: mebibytes(entry.ram_min_gb ?? 0),
  os: osOf(entry),
  domainController: entry.windows !== undefined && CONTROLLERS.has(entry.domain?.role ?? ''),
  fullClone: entry.full_clone ?? false,
  targetNode: entry.target_node,
  ansibleGroups: entry.ansible_groups ?? [],
})

/** The schema has seen to it that exactly one of the three keys is there. */
function osOf(entry: VmEntry): VmSpec['os'] {
  if (entry.windows !== undefined) return 'windows'
  return entry.linux === undefined ? 'macos' : 'linux'
}
