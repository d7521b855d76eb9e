import { expect } from 'chai'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { checkAgainstCluster, checkStorage } from '../../../reconcilers/range/check-against-cluster.ts'
import { cluster, storage, template } from '../../builders/cluster.ts'
import { range, router, settings, vm } from '../../builders/range.ts'

/** Path, finding and remedy of each finding, in a line. */
const linesOf = (
  spec: RangeSpec,
  snapshot: ClusterSnapshot = cluster(),
  traits: Partial<PlanSettings> = {},
): readonly string[] =>
  checkAgainstCluster(spec, snapshot, settings(traits)).map(
    ({ severity, path, finding, remedy }) =>
      `${severity === 'warning' ? 'warning: ' : ''}${path.join('.')}: ${finding}; ${remedy}`,
  )

describe('checkAgainstCluster', () => {
  it('finds nothing where nodes and templates are there', () => {
    expect(linesOf(range('JD', { targetNode: 'pve2' }))).to.deep.equal([])
  })

  it('names each node that is none, wherever it is said, with the nearest that is one', () => {
    const spec = range('JD', {
      targetNode: 'vpe1',
      router: router('JD', { targetNode: 'PVE2' }),
      vms: [vm('a'), vm('b', { targetNode: 'elsewhere' })],
    })
    expect(linesOf(spec)).to.deep.equal([
      'defaults.target_node: target_node of defaults is vpe1, which is no node of the cluster; did you mean pve1?',
      'ludus.1.target_node: target_node of b is elsewhere, which is no node of the cluster; there is pve1, pve2, pve3',
      'router.target_node: target_node of JD-router-debian11-x64 is PVE2, which is no node of the cluster; did you mean pve2?',
    ])
  })

  it('only hints at target_node where all VMs are on one node', () => {
    const spec = range('JD', { targetNode: 'gone' })
    const hint = ['warning: defaults.target_node: target_node of defaults is ignored where all VMs are on one node; ']
    expect(linesOf(spec, cluster({ nodes: ['pve1'] }))).to.deep.equal(hint)
    expect(linesOf(spec, cluster(), { clusterMode: false })).to.deep.equal(hint)
    expect(linesOf(spec, cluster({ nodes: ['pve1'] }), { clusterMode: true })[0]).to.match(/is no node/)
  })

  it('takes the router that a run would make of the templates that there are', () => {
    const left = router('JD', { unsaid: ['name', 'template'], otherNames: ['JD-router-debian13-x64'] })
    const templates = [template(9000, 'debian-13-x64-server-template')]
    expect(linesOf(range('JD', { router: left, vms: [] }), cluster({ templates }))).to.deep.equal([])
  })

  it('names templates that are not there, also of the router', () => {
    const spec = range('JD', {
      router: router('JD', { template: 'x' }),
      vms: [vm('a', { template: 'win2022-server' })],
    })
    expect(linesOf(spec)).to.deep.equal([
      'ludus.0.template: template of a is win2022-server, which the cluster does not have; build it (ludus templates build -n win2022-server), or take one that there is: debian-11-x64-server-template, win2022-server-x64-template',
      'router.template: template of JD-router-debian11-x64 is x, which the cluster does not have; build it (ludus templates build -n x), or take one that there is: debian-11-x64-server-template, win2022-server-x64-template',
    ])
    expect(linesOf(range('JD', { vms: [] }), cluster({ templates: [] }))[0]).to.match(/let the API token see the templ/)
  })

  it('names each node of the placement wishes that is none, once', () => {
    const wishes = [{ kind: 'only_nodes', nodes: ['pve1', 'vpe2'], required: true } as const]
    const spec = range('JD', { router: router('JD', { wishes }), vms: [vm('a', { wishes })] })
    expect(linesOf(spec)).to.deep.equal([
      'ludus_extensions.lanista.placement: placement names vpe2, which is no node of the cluster; did you mean pve2?',
    ])
  })

  it('refuses a reserved range number', () => {
    const line =
      'ludus_extensions.lanista.range_number: range_number 7 is among the reserved_range_numbers of the configuration; take another, or none to be given one'
    expect(linesOf(range('JD', { number: 7 }), cluster(), { reservedNumbers: [6, 7] })).to.deep.equal([line])
    expect(linesOf(range('JD', { number: 8 }), cluster(), { reservedNumbers: [6, 7] })).to.deep.equal([])
  })
})

describe('checkStorage', () => {
  const findings = (name: string, snapshot: ClusterSnapshot) =>
    checkStorage(snapshot, settings({ storage: name })).map(({ finding, remedy }) => [finding, remedy])

  it('takes a storage that holds disks on one node at least', () => {
    const some = cluster({ storages: [storage('a', 'pve1', { content: ['iso'] }), storage('a', 'pve2')] })
    expect(findings('a', some)).to.deep.equal([])
  })

  it('names one that is not there, or holds no disks', () => {
    expect(findings('shard', cluster())).to.deep.equal([
      ['proxmox_vm_storage_pool is shard, which is no storage of the cluster', 'did you mean shared?'],
    ])
    const isos = cluster({ storages: [storage('isos', 'pve1', { content: ['iso'] }), storage('big', 'pve1')] })
    expect(findings('isos', isos)).to.deep.equal([
      ['proxmox_vm_storage_pool is isos, a storage that may not hold disks (content type images)', 'there is big'],
    ])
  })
})
