import type {
  CloneRequest,
  ConfigPatch,
  MachineAudit,
  MachineRead,
  Machines,
  MachineTold,
} from '../../model/machine-ports.ts'
import type { Permit } from '../../model/permit.ts'
import { ProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'

type Call = 'read' | 'clone' | 'configure' | 'start' | 'shutdown' | 'stop' | 'destroy'

/** What goes wrong with one call, and whether Proxmox did it nevertheless. */
interface Fault {
  readonly call: Call
  readonly kind: ProxmoxErrorKind
  readonly happens: boolean
}

export const machine = (vmid: number, name: string, traits: Partial<MachineRead> = {}): MachineRead => ({
  vmid,
  node: 'pve1',
  name,
  running: false,
  uptimeSeconds: 0,
  paused: false,
  template: false,
  lock: undefined,
  tags: [],
  config: { net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0' },
  digest: '1',
  ...traits,
})

/** The machines of a cluster in memory: does what it is told at once, keeps a journal, and fails as scripted. */
export class FakeMachines implements Machines {
  readonly journal: string[] = []
  /** Of the last audit. */
  zonesAsked: readonly string[] = []
  readonly machines = new Map<number, MachineRead>()
  /** Called before each call is carried out. */
  onCall: (call: Call) => void = () => {}
  readonly #faults: Fault[] = []

  constructor(...machines: readonly MachineRead[]) {
    for (const each of machines) this.machines.set(each.vmid, each)
  }

  /** The next such call fails; with `happens`, Proxmox does it all the same. */
  fail(call: Call, kind: ProxmoxErrorKind, happens = false): this {
    this.#faults.push({ call, kind, happens })
    return this
  }

  /** The writes among the calls made so far. */
  get writes(): readonly string[] {
    return this.journal.filter((call) => !call.startsWith('read'))
  }

  read(node: string, vmid: number): Promise<MachineRead | undefined> {
    return this.#carryOut('read', `${vmid} on ${node}`, () => {
      const seen = this.machines.get(vmid)
      return seen?.node === node ? seen : undefined
    })
  }

  async told(node: string): Promise<ReadonlyMap<number, MachineTold>> {
    return new Map([...this.machines.values()].filter((each) => each.node === node).map((each) => [each.vmid, each]))
  }

  async lastStart(): Promise<undefined> {
    return undefined
  }

  async audit(node: string, vmid: number, zones: readonly string[] = []): Promise<MachineAudit | undefined> {
    this.zonesAsked = zones
    const seen = await this.read(node, vmid)
    return seen && { ...seen, waiting: [], unplugged: [], bridgesGone: [] }
  }

  async clone({ vmid, name, target }: CloneRequest, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('clone', `${vmid} to ${target}`, () => {
      if (this.machines.has(vmid)) throw new ProxmoxError('conflict', 'clone', 'config file already exists')
      this.machines.set(vmid, machine(vmid, name, { node: target }))
    })
  }

  async configure(node: string, vmid: number, patch: ConfigPatch, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('configure', `${vmid} on ${node}`, () => {
      const seen = this.#present(vmid)
      if (seen.digest !== patch.digest)
        throw new ProxmoxError('conflict', 'configure', 'detected modified configuration')
      const tags = patch.set['tags'] === undefined ? seen.tags : String(patch.set['tags']).split(';')
      const set = Object.fromEntries(Object.entries(patch.set).map(([key, value]) => [key, String(value)]))
      this.machines.set(vmid, { ...seen, tags, config: { ...seen.config, ...set }, digest: `${seen.digest}1` })
    })
  }

  async start(node: string, vmid: number, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('start', `${vmid} on ${node}`, () => {
      const seen = this.#present(vmid)
      if (seen.running) throw new ProxmoxError('conflict', 'start', `VM ${vmid} already running`)
      this.machines.set(vmid, { ...seen, running: true })
    })
  }

  async shutdown(node: string, vmid: number, _seconds: number, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('shutdown', `${vmid} on ${node}`, () => {
      this.machines.set(vmid, { ...this.#present(vmid), running: false })
    })
  }

  async stop(node: string, vmid: number, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('stop', `${vmid} on ${node}`, () => {
      this.machines.set(vmid, { ...this.#present(vmid), running: false })
    })
  }

  async destroy(node: string, vmid: number, permit: Permit): Promise<void> {
    await permit.check()
    return this.#carryOut('destroy', `${vmid} on ${node}`, () => {
      if (this.#present(vmid).running) throw new ProxmoxError('conflict', 'destroy', `VM ${vmid} is running`)
      this.machines.delete(vmid)
    })
  }

  #present(vmid: number): MachineRead {
    const seen = this.machines.get(vmid)
    if (seen === undefined) throw new ProxmoxError('not-found', 'any', `VM ${vmid} does not exist`)
    return seen
  }

  async #carryOut<T>(call: Call, what: string, act: () => T): Promise<T> {
    this.onCall(call)
    this.journal.push(`${call} ${what}`)
    await Promise.resolve()
    const index = this.#faults.findIndex((fault) => fault.call === call)
    const [fault] = index === -1 ? [] : this.#faults.splice(index, 1)
    if (fault === undefined) return act()
    if (fault.happens) act()
    throw new ProxmoxError(fault.kind, call, `${call}: ${fault.kind}`)
  }
}
