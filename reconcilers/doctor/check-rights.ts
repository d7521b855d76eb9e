import { amiss, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import { type Permissions, rightsIn } from '../../model/permissions.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { Unseen } from '../../model/unseen.ts'

/** Rights that are needed on a path. */
export interface NeededRights {
  readonly path: string
  /** On the path itself, or on what is below it. */
  readonly reach: 'at' | 'below'
  readonly rights: readonly string[]
  /** What can't be done without, in words. */
  readonly needed: string
}

/** Of these the token lacks some. */
export interface LackingRights extends NeededRights {
  readonly missing: readonly string[]
}

/**
 * What docs/how-to/prepare-proxmox.md and single-node.md have the token given, path by path: Proxmox was asked, one right at
 * a time.
 *
 * @param nodes whose bridges are made, where ranges get bridges
 */
export function neededRights(
  mode: NetworkMode,
  { zone, aclGroup }: Pick<PlanSettings, 'zone' | 'aclGroup'>,
  nodes: readonly string[],
): readonly NeededRights[] {
  const of = (path: string, reach: NeededRights['reach'], rights: readonly string[], needed: string): NeededRights => ({
    path,
    reach,
    rights,
    needed,
  })
  const everywhere = [
    of(
      '/vms',
      'below',
      'VM.Allocate VM.Audit VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.PowerMgmt'.split(
        ' ',
      ),
      'clone, configure, start, stop and remove VMs',
    ),
    of('/storage', 'below', ['Datastore.AllocateSpace', 'Datastore.Audit'], 'make disks and see the storages'),
    of('/pool', 'below', ['Pool.Allocate', 'Pool.Audit'], "make ranges' pools and see what is in them"),
    of('/', 'at', ['Sys.Audit'], 'see the cluster'),
    of('/nodes', 'below', ['Sys.Audit'], 'see the nodes'),
    of('/access', 'at', ['Sys.Audit'], 'know what its own rights hide'),
    of('/sdn/zones/localnetwork', 'below', ['SDN.Audit', 'SDN.Use'], 'see bridges, and clone VMs that are on them'),
  ]
  if (mode === 'bridges')
    return [
      ...everywhere,
      ...nodes.map((node) => of(`/nodes/${node}`, 'at', ['Sys.Audit', 'Sys.Modify'], "make ranges' bridges")),
    ]
  return [
    ...everywhere,
    of('/sdn', 'at', ['SDN.Allocate', 'SDN.Audit'], 'lock the SDN configuration and apply it'),
    of('/sdn/zones', 'below', ['SDN.Audit'], 'see zones and VNets, of others as well'),
    of('/sdn/controllers', 'below', ['SDN.Audit'], "see others' pending changes"),
    of('/sdn/fabrics', 'below', ['SDN.Audit'], "see others' pending changes"),
    of(`/sdn/zones/${zone}`, 'below', ['SDN.Allocate', 'SDN.Audit', 'SDN.Use'], "make ranges' VNets and plug VMs in"),
    ...(aclGroup === undefined
      ? []
      : [
          of(
            `/sdn/zones/${zone}`,
            'below',
            ['Permissions.Modify'],
            `let the group ${aclGroup} use ranges' networks (lanista.sdn.acl_group)`,
          ),
        ]),
  ]
}

/** Those of which some are missing. */
export function lackingRights(
  needed: readonly NeededRights[],
  permissions: Permissions,
  aclPaths: readonly string[],
): readonly LackingRights[] {
  const held = rightsIn(permissions, aclPaths)
  return needed.flatMap((each) => {
    const has = each.reach === 'at' ? held.at(each.path) : held.below(each.path)
    const missing = each.rights.filter((right) => !has.has(right))
    return missing.length === 0 ? [] : [{ ...each, missing }]
  })
}

const SUBJECT = 'API token'

/** @param remedies by the path, what gives what is missing there: the end of a sentence */
export function rightsChecks(
  needed: readonly NeededRights[],
  lacking: readonly LackingRights[],
  tokenId: string,
  remedies: ReadonlyMap<LackingRights, string>,
): readonly DoctorCheck[] {
  return needed.map((each): DoctorCheck => {
    const lacks = lacking.find(
      ({ path, needed: what, reach }) => path === each.path && what === each.needed && reach === each.reach,
    )
    const where = `${each.path}${each.reach === 'below' ? ' and below' : ''}`
    if (lacks === undefined) return ok('rights', `${SUBJECT} ${tokenId}`, `has ${each.rights.join(' ')} on ${where}`)
    return amiss(
      'fail',
      'rights',
      `${SUBJECT} ${tokenId}`,
      `lacks ${lacks.missing.join(' ')} on ${where}, to ${each.needed}`,
      remedies.get(lacks) ?? `give it ${lacks.missing.join(' ')} on ${each.path}`,
    )
  })
}

/** What single things hide from it, below what it may see. */
export const hiddenChecks = (
  unseen: readonly Unseen[],
  lacking: readonly LackingRights[],
  tokenId: string,
): readonly DoctorCheck[] =>
  unseen
    .filter(
      ({ path, right }) =>
        !lacking.some(
          (each) => `${path}/`.startsWith(each.path === '/' ? '/' : `${each.path}/`) && each.missing.includes(right),
        ),
    )
    .map(({ path, right, what, remedy }) =>
      amiss(
        'warn',
        'hidden',
        `${SUBJECT} ${tokenId}`,
        `lacks ${right} on ${path}, so ${what} may be hidden from it, and nothing is done on the strength of what it does not see`,
        remedy,
      ),
    )
