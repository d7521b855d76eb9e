import { amiss, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { siteOf } from '../placement/site.ts'
import { checkDefaultNode, checkStorage } from '../range/check-against-cluster.ts'

/** That `proxmox_node` is one of the cluster. */
export function defaultNodeCheck(snapshot: ClusterSnapshot, settings: PlanSettings): DoctorCheck {
  const subject = `node ${printable(settings.defaultNode)} (proxmox_node)`
  const [wrong] = checkDefaultNode(snapshot, settings)
  return wrong === undefined
    ? ok('default-node', subject, 'is one of the cluster')
    : amiss('fail', 'default-node', subject, wrong.finding, wrong.remedy)
}

/** That the storage of full clones is there, on each node that is online, and shared where there are several. */
export function storageChecks(snapshot: ClusterSnapshot, settings: PlanSettings): readonly DoctorCheck[] {
  const subject = `storage ${printable(settings.storage)} (proxmox_vm_storage_pool)`
  const [wrong] = checkStorage(snapshot, settings)
  if (wrong !== undefined)
    return [amiss('warn', 'storage', subject, `${wrong.finding}; VMs with full_clone can't be made`, wrong.remedy)]
  const seen = snapshot.storages.filter(({ name }) => name === settings.storage)
  const online = snapshot.nodes.filter((node) => node.online).map(({ name }) => name)
  const without = online.filter((node) => !seen.some((each) => each.node === node && each.active))
  if (without.length > 0)
    return [
      amiss(
        'warn',
        'storage',
        subject,
        `it is not active on ${without.join(', ')}, so no VM with full_clone is made there`,
        'look at Datacenter > Storage: its nodes, and whether it is enabled; pvesm status on the node tells more',
      ),
    ]
  const isShared = seen.some(({ shared }) => shared)
  const what = isShared ? ', shared' : online.length > 1 ? ", each node's own" : ''
  return [ok('storage', subject, `holds disks on ${online.length === 1 ? 'the node' : 'every node'}${what}`)]
}

/** That there is a storage which all nodes share, for templates: one on another is cloned on its own node alone. */
export function sharedStorageChecks(snapshot: ClusterSnapshot): readonly DoctorCheck[] {
  const online = snapshot.nodes.filter((node) => node.online).map(({ name }) => name)
  if (online.length < 2) return []
  const fit = snapshot.storages.filter(({ shared, active, content }) => shared && active && content.includes('images'))
  const names = [...new Set(fit.map(({ name }) => name))].sort()
  const everywhere = names.filter((name) =>
    online.every((node) => fit.some((each) => each.name === name && each.node === node)),
  )
  const subject = 'shared storage'
  if (everywhere.length > 0) return [ok('storage', subject, `every node that is online has ${everywhere.join(', ')}`)]
  return [
    amiss(
      'warn',
      'storage',
      subject,
      'no storage for disks is shared by all nodes, so a template is cloned on its own node alone',
      'put templates on shared storage (NFS, Ceph), or build them on each node',
    ),
  ]
}

/** That each template that range files name is there, and on which nodes it can be cloned. */
export function templateChecks(snapshot: ClusterSnapshot, specs: readonly RangeSpec[]): readonly DoctorCheck[] {
  const site = siteOf(snapshot)
  const online = snapshot.nodes.filter((node) => node.online).map(({ name }) => name)
  const wanted = [...new Set(specs.flatMap(({ router, vms }) => [router, ...vms]).map(({ template }) => template))]
  const there = [...new Set(snapshot.templates.map(({ name }) => name))]
  if (wanted.length === 0)
    return [
      there.length > 0
        ? ok('templates', 'templates', `the cluster has ${there.length}; no range file names one yet`)
        : amiss(
            'warn',
            'templates',
            'templates',
            'the cluster has none, so no VM can be made',
            'build them: ludus templates build; where there are some, let the API token see them: VM.Audit on /vms',
          ),
    ]
  return wanted.sort().map((name): DoctorCheck => {
    const subject = `template ${printable(name)}`
    const reached = online.filter((node) => site.templateFor(name, node).kind === 'reachable')
    if (!there.includes(name))
      return amiss(
        'fail',
        'templates',
        subject,
        'the cluster does not have it, and a range file names it',
        `build it: ludus templates build -n ${printable(name)}`,
      )
    if (reached.length === 0)
      return amiss(
        'fail',
        'templates',
        subject,
        'it can be cloned on no node that is online',
        'look whether its storage is active, and its configuration can be read',
      )
    if (reached.length < online.length)
      return amiss(
        'warn',
        'templates',
        subject,
        `it can be cloned on ${reached.join(', ')} alone`,
        'put all its disks, and any CD image in its drives, on shared storage, or have it on each node',
      )
    return ok('templates', subject, `can be cloned on ${online.length === 1 ? 'the node' : 'every node'}`)
  })
}
