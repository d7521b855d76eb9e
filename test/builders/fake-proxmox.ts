import type { AccessWriter, Pools, Proxmox, SdnWriter } from '../../model/ports.ts'
import type { ClusterSnapshot, GuestSeen, VnetConfig, VnetSeen } from '../../model/snapshot.ts'
import { guest } from './cluster.ts'
import { FakeMachines, machine } from './fake-machines.ts'

/**
 * A cluster in memory behind the ports: what it shows is the snapshot it was given, plus the VNets, pools and VMs
 * made since. Keeps a journal and fails as scripted.
 */
export class FakeProxmox implements Proxmox {
  readonly journal: string[] = []
  readonly machines = new FakeMachines()
  snapshot: ClusterSnapshot
  /** Awaited in each look, after the snapshot was taken. */
  whileLooking: () => Promise<void> = () => Promise.resolve()
  readonly #faults = new Map<string, unknown>()

  constructor(snapshot: ClusterSnapshot) {
    this.snapshot = snapshot
    for (const each of snapshot.guests) {
      const { vmid, node, name, status, tags } = each
      this.machines.machines.set(vmid, machine(vmid, name ?? '', { node, tags, running: status === 'running' }))
    }
  }

  /** Every call of these words fails from now on, until `mend`. */
  fail(call: string, error: unknown): this {
    this.#faults.set(call, error)
    return this
  }

  mend(): void {
    this.#faults.clear()
  }

  /** All but the looks. */
  get writes(): readonly string[] {
    return [...this.journal.filter((call) => call !== 'observe'), ...this.machines.writes]
  }

  get looks(): number {
    return this.journal.filter((call) => call === 'observe').length
  }

  async observe(): Promise<ClusterSnapshot> {
    await this.#call('observe')
    const snapshot = { ...this.snapshot, guests: this.#guests() }
    await this.whileLooking()
    return snapshot
  }

  readonly sdn: SdnWriter = {
    createVnet: async (name, config) => {
      await this.#call(`create ${name}`)
      this.#setVnet({ name, pending: 'new', configured: config, running: undefined })
    },
    updateVnet: async (name, changes) => {
      await this.#call(`update ${name}`)
      const seen = this.snapshot.vnets.find((vnet) => vnet.name === name)!
      const configured: VnetConfig = { ...seen.configured!, ...changes }
      this.#setVnet({ ...seen, pending: seen.pending === 'new' ? 'new' : 'changed', configured })
    },
    apply: async () => {
      await this.#call('apply')
      for (const vnet of this.snapshot.vnets) this.#setVnet({ ...vnet, pending: 'unchanged', running: vnet.configured })
    },
  }

  readonly pools: Pools = {
    create: async (pool) => {
      await this.#call(`pool ${pool}`)
      this.snapshot = { ...this.snapshot, pools: [...this.snapshot.pools, pool] }
    },
  }

  readonly access: AccessWriter = {
    grant: async ({ path, group, role }) => {
      await this.#call(`grant ${group} ${role} on ${path}`)
      const entry = { path, kind: 'group', who: group, role, propagate: true } as const
      this.snapshot = { ...this.snapshot, acl: [...(this.snapshot.acl ?? []), entry] }
    },
  }

  #setVnet(vnet: VnetSeen): void {
    const others = this.snapshot.vnets.filter(({ name }) => name !== vnet.name)
    this.snapshot = { ...this.snapshot, vnets: [...others, vnet] }
  }

  #guests(): readonly GuestSeen[] {
    const known = new Map(this.snapshot.guests.map((each) => [each.vmid, each]))
    return [...this.machines.machines.values()].map(({ vmid, name, node, running, tags }) => {
      const status = running ? 'running' : 'stopped'
      const before = known.get(vmid) ?? guest(vmid, { name, pool: name?.split('-')[0], uptimeSeconds: 60 })
      return { ...before, node, tags, status }
    })
  }

  async #call(what: string): Promise<void> {
    this.journal.push(what)
    await Promise.resolve()
    if (this.#faults.has(what)) throw this.#faults.get(what)
  }
}
