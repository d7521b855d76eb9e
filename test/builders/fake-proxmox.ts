import { rangeIdOfMark, rangeNumberOfBridge } from '../../model/identity.ts'
import type { Pools } from '../../model/machine-ports.ts'
import type {
  BridgeWriter,
  GuestNicReader,
  NicReader,
  NicSeen,
  ReloadFailure,
  SdnLockNote,
  SdnLockStore,
  SdnWriter,
} from '../../model/network-ports.ts'
import { ProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import type { AccessWriter, Proxmox } from '../../model/ports.ts'
import type { GuestAgents } from '../../model/guest-agent.ts'
import type { GuestTasks } from '../../model/guest-tasks.ts'
import type { NicLooks } from '../../model/nic-look.ts'
import type { Reboots } from '../../model/reboot-ports.ts'
import type {
  ClusterSnapshot,
  GuestSeen,
  InterfaceSeen,
  NodeNetworkSeen,
  VnetConfig,
  VnetSeen,
} from '../../model/snapshot.ts'
import { guest, rangeBridge, stagedBridges, stagedDeletionOf } from './cluster.ts'
import { FakeMachines, machine } from './fake-machines.ts'

/** What changes nothing but who may write: tests of what is written don't look at it. */
const READS: ReadonlySet<string> = new Set(['observe', 'subnets', 'lock', 'unlock'])

const refused = (kind: ProxmoxErrorKind, text: string): ProxmoxError => new ProxmoxError(kind, 'a write', text)

/** Two diffs of the same file as one. */
const joined = (one: string, other: string): string =>
  [...one.split('\n'), ...other.split('\n').slice(2), ''].join('\n')

/** A note on the lock that is kept in memory. */
export function memoryLockStore(): SdnLockStore & { note: SdnLockNote | undefined } {
  return {
    note: undefined,
    async read() {
      return this.note
    },
    async write(note) {
      this.note = note
    },
    async clear() {
      this.note = undefined
    },
  }
}

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
  /** Awaited in each apply between its commit and its end. */
  whileReloading: () => Promise<void> = () => Promise.resolve()
  /** Who holds the SDN lock; a token of somebody else's, or `ours`. */
  lockHolder: string | undefined
  /** As before Proxmox VE 9. */
  lockUnsupported = false
  /** What the log of an apply tells. */
  reloadFailures: readonly ReloadFailure[] = []
  /** The node at which applies stand for longer than anybody waits. */
  standsAt: string | undefined
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
    const writes = this.journal.filter((call) => !READS.has(call) && !/^(look|nics) /.test(call))
    return [...writes, ...this.machines.writes]
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

  readonly guestNics: GuestNicReader = {
    read: () => Promise.reject(new Error('nobody moves networks of a cluster in memory')),
  }

  readonly guestAgents: GuestAgents = { interfaces: () => Promise.resolve({ kind: 'silent' }) }

  readonly nicLooks: NicLooks = {
    look: () => Promise.reject(new Error('nobody moves networks of a cluster in memory')),
    now: () => 0,
  }

  readonly reboots: Reboots = {
    reboot: () => Promise.reject(new Error('nobody reboots in a cluster in memory')),
    tasksOf: () => Promise.resolve([]),
  }

  readonly guestTasks: GuestTasks = {
    of: () => Promise.resolve([]),
    one: () => Promise.reject(new Error('a cluster in memory has no tasks')),
    logEnd: () => Promise.resolve([]),
  }

  readonly sdn: SdnWriter = {
    lock: async (allowPending) => {
      await this.#call('lock')
      if (this.lockUnsupported) return { kind: 'unsupported' }
      if (this.lockHolder !== undefined) return { kind: 'taken' }
      const pending = this.snapshot.vnets.some((vnet) => vnet.pending !== 'unchanged')
      if (!allowPending && (pending || this.snapshot.otherPending.length > 0)) return { kind: 'pending' }
      this.lockHolder = 'ours'
      return { kind: 'held', token: 'ours' }
    },
    unlock: async (token) => {
      await this.#call('unlock')
      if (this.lockHolder === token) this.lockHolder = undefined
    },
    deleteVnet: async (name, token, { check }) => {
      await check()
      await this.#call(`delete ${name}`)
      this.#mustHoldLock(token)
      const seen = this.#configuredVnet(name)
      this.#setVnet({ ...seen, pending: 'deleted', configured: undefined })
    },
    pendingSubnets: async () => {
      await this.#call('subnets')
      return []
    },
    createVnet: async (name, config, token, { check }) => {
      await check()
      await this.#call(`create ${name}`)
      this.#mustHoldLock(token)
      if (this.snapshot.vnets.some((vnet) => vnet.name === name && vnet.configured !== undefined))
        throw refused('conflict', `sdn vnet object ID '${name}' already defined`)
      this.#setVnet({ name, pending: 'new', configured: config, running: undefined })
    },
    updateVnet: async (name, changes, token, { check }) => {
      await check()
      await this.#call(`update ${name}`)
      this.#mustHoldLock(token)
      const seen = this.#configuredVnet(name)
      const configured: VnetConfig = { ...seen.configured!, ...changes }
      this.#setVnet({ ...seen, pending: seen.pending === 'new' ? 'new' : 'changed', configured })
    },
    apply: async (token, { check }, { onCommitted }) => {
      await check()
      await this.#call('apply')
      this.#mustHoldLock(token)
      if (this.lockHolder === token) this.lockHolder = undefined
      for (const vnet of this.snapshot.vnets) this.#setVnet({ ...vnet, pending: 'unchanged', running: vnet.configured })
      onCommitted()
      await this.whileReloading()
      const progress = { upid: 'UPID:pve1:', through: new Map(), at: this.standsAt }
      return this.standsAt === undefined
        ? { kind: 'ended', failures: this.reloadFailures }
        : { kind: 'held-up', progress }
    },
  }

  /** Guests that are there and that no list shows. */
  unlisted: readonly number[] = []
  /** NICs that hang on the bridges of VNets, by the VNet's name. */
  readonly plugged = new Map<string, readonly NicSeen[]>()
  /** NICs on networks, by the network's name. */
  readonly nicsOn = new Map<string, readonly NicSeen[]>()

  readonly nics: NicReader = {
    everyGuest: (guests) => Promise.resolve({ guests, nodes: [], unseen: [], unlisted: this.unlisted }),
    plugged: () => Promise.resolve(this.plugged),
    on: async (network, guests) => {
      await this.#call(`nics ${network}`)
      return (this.nicsOn.get(network) ?? []).filter(({ vmid }) => guests.some((each) => each.vmid === vmid))
    },
    onEach: async (networks, guests, signal) =>
      new Map(
        await Promise.all(
          networks.map(async (network) => [network, await this.nics.on(network, guests, signal)] as const),
        ),
      ),
  }

  readonly bridges: { -readonly [Call in keyof BridgeWriter]: BridgeWriter[Call] } = {
    look: async (node) => {
      await this.#call(`look ${node}`)
      return this.#network(node)
    },
    createBridge: async (node, name, comment, { check }) => {
      await check()
      await this.#call(`create ${name}`)
      this.#stage(node, rangeBridge(rangeNumberOfBridge(name)!, rangeIdOfMark(comment)!, { active: false }))
    },
    updateBridge: async (node, name, comment, { check }) => {
      await check()
      await this.#call(`update ${name}`)
      this.#stage(node, rangeBridge(rangeNumberOfBridge(name)!, rangeIdOfMark(comment)!))
    },
    deleteBridge: async (node, name, { check }) => {
      await check()
      await this.#call(`delete ${name}`)
      const { interfaces, staged } = this.#network(node)
      const gone = interfaces.filter((each) => each.name === name)
      const rest = interfaces.filter((each) => each.name !== name)
      const more = stagedDeletionOf(...gone)
      this.setNetwork({ node, interfaces: rest, staged: staged === undefined ? more : joined(staged, more) })
    },
    revert: () => Promise.reject(new Error('nothing that uses this reverts a network')),
    activate: async (node, { check }) => {
      await check()
      await this.#call(`activate ${node}`)
      const { interfaces } = this.#network(node)
      this.setNetwork({ node, interfaces: interfaces.map((each) => ({ ...each, active: true })), staged: undefined })
    },
  }

  readonly pools: Pools = {
    create: async (pool, comment, { check }) => {
      await check()
      await this.#call(`pool ${pool}`)
      const poolComments = new Map(this.snapshot.poolComments).set(pool, comment)
      this.snapshot = { ...this.snapshot, pools: [...this.snapshot.pools, pool], poolComments }
    },
    read: async (pool) => {
      await this.#call(`look at pool ${pool}`)
      if (!this.snapshot.pools.includes(pool)) return undefined
      const members = this.#guests().filter((each) => each.pool === pool)
      const nodes = new Map(members.map(({ vmid, node }) => [vmid, node]))
      return { comment: this.snapshot.poolComments.get(pool), guests: [...nodes.keys()], nodes }
    },
    remove: async (pool, { check }) => {
      await check()
      await this.#call(`remove pool ${pool}`)
      if (!this.snapshot.pools.includes(pool)) return
      if (this.#guests().some((each) => each.pool === pool)) throw refused('conflict', `pool '${pool}' is not empty`)
      this.snapshot = { ...this.snapshot, pools: this.snapshot.pools.filter((each) => each !== pool) }
    },
  }

  readonly access: AccessWriter = {
    grant: async ({ path, kind, who, role }, { check }) => {
      await check()
      await this.#call(`grant ${who} ${role} on ${path}`)
      const entry = { path, kind, who, role, propagate: true }
      this.snapshot = { ...this.snapshot, acl: [...this.snapshot.acl, entry] }
    },
  }

  /** Proxmox looks at the token whenever the lock is held, whoever holds it. */
  #mustHoldLock(token: string | undefined): void {
    if (this.lockHolder !== undefined && token !== this.lockHolder)
      throw refused('locked', 'invalid lock token provided!')
  }

  #configuredVnet(name: string): VnetSeen {
    const seen = this.snapshot.vnets.find((vnet) => vnet.name === name && vnet.configured !== undefined)
    if (seen === undefined) throw refused('not-found', `sdn vnet '${name}' does not exist`)
    return seen
  }

  /** The node's network becomes this. */
  setNetwork(network: NodeNetworkSeen): void {
    const others = this.snapshot.nodeNetworks.filter(({ node }) => node !== network.node)
    this.snapshot = { ...this.snapshot, nodeNetworks: [...others, network] }
  }

  #network(node: string): NodeNetworkSeen {
    return this.snapshot.nodeNetworks.find((each) => each.node === node)!
  }

  #stage(node: string, bridge: InterfaceSeen): void {
    const others = this.#network(node).interfaces.filter(({ name }) => name !== bridge.name)
    const staged = stagedBridges(...others.filter(({ active }) => !active), bridge)
    this.setNetwork({ node, interfaces: [...others, bridge], staged })
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
