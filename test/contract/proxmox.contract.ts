import { expect } from 'chai'
import type { CloneRequest } from '../../model/machine-ports.ts'
import type { Proxmox } from '../../model/ports.ts'
import { isProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import type { VnetSeen } from '../../model/snapshot.ts'
import { always } from '../../model/permit.ts'
import { UNWATCHED } from '../builders/unwatched.ts'

/** A Proxmox to try the ports on, and what there is on it. The suite leaves a pool, a VNet and a VM behind. */
export interface Site {
  readonly proxmox: Proxmox
  /** A VXLAN zone that covers all nodes. */
  readonly zone: string
  /** A template on shared storage. */
  readonly template: { readonly vmid: number; readonly node: string }
  /** A VMID that is free, and so are the nine after it. */
  readonly vmid: number
  /** A VXLAN tag that is free. */
  readonly tag: number
  close(): Promise<void>
}

/**
 * What every implementation of the Proxmox ports promises. The situations build on each other: a cluster is a thing with
 * a history.
 *
 * @param longest milliseconds that the slowest situation may take
 */
export const proxmoxContract = (title: string, open: () => Promise<Site>, longest: number): void => {
  describe(`the Proxmox ports, as kept by ${title}`, function () {
    this.timeout(longest)
    const { signal } = new AbortController()
    let site: Site
    let proxmox: Proxmox
    before(async () => {
      site = await open()
      ;({ proxmox } = site)
    })
    after(() => site.close())

    const refusal = async (work: Promise<unknown>): Promise<ProxmoxErrorKind | undefined> => {
      const outcome: unknown = await work.catch((error: unknown) => error)
      if (!isProxmoxError(outcome)) throw outcome instanceof Error ? outcome : new Error('it succeeded')
      expect(outcome.message, 'names the call').to.include(outcome.call)
      return outcome.kind
    }
    const vnet = (): string => `c${site.tag}`.slice(0, 8)
    const pool = (): string => `contract-${site.vmid}`
    const vnetSeen = async (): Promise<VnetSeen | undefined> =>
      (await proxmox.observe(signal)).vnets.find(({ name }) => name === vnet())
    const clone = (changes: Partial<CloneRequest> = {}): CloneRequest => ({
      template: site.template,
      vmid: site.vmid,
      name: 'contract-vm',
      pool: pool(),
      description: 'first; second & third = ümlaut\nnext line',
      target: site.template.node,
      full: undefined,
      ...changes,
    })

    it('sees nodes, storages, the zone and the template, with nothing pending', async () => {
      const snapshot = await proxmox.observe(signal)
      expect(snapshot.quorate).to.equal(true)
      expect(snapshot.release).to.be.at.least(8)
      for (const node of snapshot.nodes) expect(node.memoryBytes, node.name).to.be.greaterThan(0)
      expect(snapshot.storages.some(({ shared, active }) => shared && active)).to.equal(true)
      const zone = snapshot.zones.find(({ name }) => name === site.zone)
      expect(zone?.pending).to.equal('unchanged')
      expect(Object.keys(zone?.statusByNode ?? {})).to.have.members(snapshot.nodes.map(({ name }) => name))
      const template = snapshot.templates.find(({ vmid }) => vmid === site.template.vmid)
      expect(template?.node).to.equal(site.template.node)
      expect(template?.storages).not.to.deep.equal([])
    })

    it('makes a VNet that is pending until applied, and refuses it twice', async () => {
      const config = { zone: site.zone, tag: site.tag, alias: 'lanista contract', vlanAware: true }
      await proxmox.sdn.createVnet(vnet(), config, undefined, always(signal))
      expect(await vnetSeen()).to.deep.equal({ name: vnet(), pending: 'new', configured: config, running: undefined })
      expect(await refusal(proxmox.sdn.createVnet(vnet(), config, undefined, always(signal)))).to.equal('conflict')
      await proxmox.sdn.apply(undefined, always(signal), UNWATCHED)
      expect(await vnetSeen()).to.deep.equal({
        name: vnet(),
        pending: 'unchanged',
        configured: config,
        running: config,
      })
    })

    it('changes a VNet where asked to, and tells what runs from what is configured', async () => {
      await proxmox.sdn.updateVnet(vnet(), { alias: undefined }, undefined, always(signal))
      const seen = await vnetSeen()
      expect(seen?.pending).to.equal('changed')
      expect(seen?.running?.alias).to.equal('lanista contract')
      expect(seen?.configured).to.deep.equal({ zone: site.zone, tag: site.tag, alias: undefined, vlanAware: true })
      await proxmox.sdn.apply(undefined, always(signal), UNWATCHED)
      expect((await vnetSeen())?.running?.alias).to.equal(undefined)
    })

    it('refuses a taken tag, an unknown VNet and an unknown zone', async () => {
      const config = { zone: site.zone, tag: site.tag, alias: undefined, vlanAware: true }
      expect(await refusal(proxmox.sdn.createVnet('contrct2', config, undefined, always(signal)))).to.equal('conflict')
      expect(await refusal(proxmox.sdn.updateVnet('nosuch', { tag: 5 }, undefined, always(signal)))).to.equal(
        'not-found',
      )
      const elsewhere = { ...config, zone: 'nosuch', tag: site.tag + 1 }
      // A token that has rights on one zone only is told of the right; root is told of the zone.
      expect(await refusal(proxmox.sdn.createVnet('contrct3', elsewhere, undefined, always(signal)))).to.be.oneOf([
        'not-found',
        'forbidden',
      ])
    })

    it('makes a pool, and is content when it exists', async () => {
      await proxmox.pools.create(pool(), 'lanista contract', always(signal))
      await proxmox.pools.create(pool(), 'lanista contract', always(signal))
      expect((await proxmox.observe(signal)).pools).to.include(pool())
    })

    it('says that a VM is absent only when it is', async () => {
      expect(await proxmox.machines.read(site.template.node, site.vmid + 9, signal)).to.equal(undefined)
      expect((await proxmox.machines.read(site.template.node, site.template.vmid, signal))?.template).to.equal(true)
    })

    it('clones from the template, text unharmed, and refuses the same VMID twice', async () => {
      await proxmox.machines.clone(clone(), always(signal))
      const read = await proxmox.machines.read(site.template.node, site.vmid, signal)
      expect(read).to.include({ name: 'contract-vm', running: false, template: false, lock: undefined })
      expect(read?.config['description']?.trimEnd()).to.equal('first; second & third = ümlaut\nnext line')
      const guest = (await proxmox.observe(signal)).guests.find(({ vmid }) => vmid === site.vmid)
      expect(guest).to.include({ node: site.template.node, pool: pool(), kind: 'qemu' })
      expect(await refusal(proxmox.machines.clone(clone(), always(signal)))).to.equal('conflict')
    })

    it('clones to another node when the template is on shared storage', async () => {
      const { nodes } = await proxmox.observe(signal)
      const other = nodes.find(({ name, online }) => online && name !== site.template.node)
      if (other === undefined) return
      await proxmox.machines.clone(
        clone({ vmid: site.vmid + 1, name: 'contract-vm1', target: other.name }),
        always(signal),
      )
      expect((await proxmox.machines.read(other.name, site.vmid + 1, signal))?.name).to.equal('contract-vm1')
      expect(await proxmox.machines.read(site.template.node, site.vmid + 1, signal)).to.equal(undefined)
      const taken = clone({ vmid: site.vmid + 1, name: 'contract-vm2' })
      expect(await refusal(proxmox.machines.clone(taken, always(signal)))).to.equal('conflict')
    })

    it('refuses a clone into no pool and of no template', async () => {
      expect(
        await refusal(proxmox.machines.clone(clone({ vmid: site.vmid + 2, pool: 'nosuch' }), always(signal))),
      ).to.equal('not-found')
      const nowhere = clone({ vmid: site.vmid + 2, template: { vmid: site.vmid + 9, node: site.template.node } })
      expect(await refusal(proxmox.machines.clone(nowhere, always(signal)))).to.be.oneOf(['not-found', 'forbidden'])
    })

    it('writes a configuration in one go, and only against the version it was computed from', async () => {
      const { node } = site.template
      const before = await proxmox.machines.read(node, site.vmid, signal)
      if (before === undefined) throw new Error('the clone is gone')
      const net0 = `virtio,bridge=${vnet()},tag=10`
      const patch = {
        set: { tags: 'lanista;contract', memory: 256, net0 },
        delete: ['description'],
        digest: before.digest,
      }
      await proxmox.machines.configure(node, site.vmid, patch, always(signal))
      const after = await proxmox.machines.read(node, site.vmid, signal)
      expect(after?.tags).to.deep.equal(['contract', 'lanista'])
      expect(after?.config['memory']).to.equal('256')
      expect(after?.config['net0']).to.match(new RegExp(`^virtio=[0-9A-F:]{17},bridge=${vnet()},tag=10$`))
      expect(after?.config).not.to.have.property('description')
      expect(await refusal(proxmox.machines.configure(node, site.vmid, patch, always(signal)))).to.equal('conflict')
      const nonsense = { set: { nosuch: 1 }, delete: [], digest: after?.digest ?? '' }
      expect(await refusal(proxmox.machines.configure(node, site.vmid, nonsense, always(signal)))).to.equal(
        'invalid-parameters',
      )
    })

    it('starts a VM, and is content when it runs', async () => {
      const { node } = site.template
      await proxmox.machines.start(node, site.vmid, always(signal))
      expect((await proxmox.machines.read(node, site.vmid, signal))?.running).to.equal(true)
      await proxmox.machines.start(node, site.vmid, always(signal))
    })

    it('tells why a VM did not start', async () => {
      expect(await refusal(proxmox.machines.start(site.template.node, site.template.vmid, always(signal)))).to.equal(
        'task-failed',
      )
    })

    it('tells the tasks of a VM, the latest first, with how they ended and the end of their logs', async () => {
      const { node, vmid } = site.template
      const [failed] = await proxmox.guestTasks.of(node, vmid, 1, signal)
      expect(failed).to.include({ type: 'qmstart', id: String(vmid), node })
      expect(failed?.end).to.match(/template/)
      const upid = failed?.upid ?? ''
      expect(await proxmox.guestTasks.one(upid, signal)).to.deep.equal(failed)
      expect(await proxmox.guestTasks.logEnd(upid, 1, signal)).to.deep.equal([`TASK ERROR: ${failed?.end}`])
      const tasks = await proxmox.guestTasks.of(node, site.vmid, 10, signal)
      expect(tasks.map(({ type, end }) => [type, end])).to.deep.include(['qmstart', 'OK'])
    })

    it('deletes no VM that runs and no pool that has one, then both, and is content when the pool is gone', async () => {
      const { node } = site.template
      expect((await proxmox.pools.read(pool(), signal))?.guests).to.include(site.vmid)
      expect(await refusal(proxmox.machines.destroy(node, site.vmid, always(signal)))).to.equal('conflict')
      expect(await refusal(proxmox.pools.remove(pool(), always(signal)))).to.equal('conflict')
      await proxmox.machines.stop(node, site.vmid, always(signal))
      await proxmox.machines.stop(node, site.vmid, always(signal))
      for (const vmid of (await proxmox.pools.read(pool(), signal))?.guests ?? []) {
        const at = (await proxmox.observe(signal)).guests.find((guest) => guest.vmid === vmid)?.node
        await proxmox.machines.destroy(at ?? node, vmid, always(signal))
        expect(await proxmox.machines.read(at ?? node, vmid, signal)).to.equal(undefined)
      }
      await proxmox.pools.remove(pool(), always(signal))
      await proxmox.pools.remove(pool(), always(signal))
      expect(await proxmox.pools.read(pool(), signal)).to.equal(undefined)
    })
  })
}
