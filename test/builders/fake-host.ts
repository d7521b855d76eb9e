import { NAT_ADDRESS, NAT_NETWORK } from '../../model/host-migration.ts'
import { HostError, type HostSystem } from '../../model/host-ports.ts'
import type { DeviceSeen, HostSeen, TableRoute } from '../../model/host-seen.ts'
import { ifacesOf, hookOf, parseInterfaces } from '../../reconcilers/host/interfaces-file.ts'
import { DNSMASQ, INTERFACES } from './ludus-files.ts'

const FILES = {
  interfaces: '/etc/network/interfaces',
  dnsmasq: '/etc/dnsmasq.d/dnsmasq-eno1.conf',
  config: '/opt/ludus/config.yml',
} as const

/** What of a host is compared: everything that a person could tell apart. */
export interface HostState {
  readonly files: Readonly<Record<string, string>>
  readonly addresses: Readonly<Record<string, readonly string[]>>
  readonly rules: number
  readonly routes: readonly string[]
  readonly ports: Readonly<Record<string, string>>
  readonly served: string | undefined
}

/**
 * A Ludus host on bridges in memory: ifupdown2 as Debian has it, which takes a bridge away with its address, rule, routes and
 * ports; dnsmasq, which serves the device that its file named when it was started. Each change goes through `onChange`, which
 * may throw before it is made, or after.
 */
export class FakeHost implements HostSystem {
  readonly files = new Map<string, string>([
    [FILES.interfaces, INTERFACES],
    [FILES.dnsmasq, DNSMASQ],
    [FILES.config, CONFIG],
  ])
  readonly #addresses = new Map<string, string[]>([
    ['eno1', ['203.0.113.7/24']],
    ['vmbr1000', [NAT_ADDRESS]],
    ['ludusnat', []],
  ])
  readonly #ports = new Map<string, string | undefined>([
    ['tap1', 'vmbr1000'],
    ['tap2', 'vmbr1000'],
  ])
  #routes: TableRoute[] = [
    { destination: 'default', via: '203.0.113.1', dev: 'eno1', protocol: 3, metric: 0 },
    { destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'vmbr1000', protocol: 3, metric: 0 },
    { destination: '172.16.0.0/12', via: '192.0.2.9', dev: 'vmbr1000', protocol: 4, metric: 50 },
  ]
  #rules = 1
  #served: string | undefined = 'vmbr1000'
  /** Called with each change before and after it is made. */
  onChange: (change: string, when: 'before' | 'after') => void = () => undefined
  readonly changes: string[] = []
  /** Called before whatever is done. */
  before: () => void = () => undefined

  async look(): Promise<HostSeen> {
    this.before()
    const device = (name: string, addresses: readonly string[], master?: string): DeviceSeen => ({
      name,
      isUp: true,
      addresses,
      master,
      vlans: [],
    })
    const active = (name: string, isActive: boolean) => ({ name, isLoaded: true, isActive })
    return await Promise.resolve({
      devices: [
        ...[...this.#addresses].map(([name, addresses]) => device(name, [...addresses])),
        ...[...this.#ports].map(([name, master]) => device(name, [], master)),
      ],
      routes: [...this.#routes],
      forwarding: true,
      masquerades: Array.from({ length: this.#rules }, () => ({ source: NAT_NETWORK, out: 'eno1' })),
      sockets: [53, 67].flatMap((port) =>
        this.#served === undefined ? [] : [{ address: '0.0.0.0', device: this.#served, port }],
      ),
      units: [active('ludus', true), active('ludus-admin', true), active('dnsmasq', this.#served !== undefined)],
      missing: [],
    })
  }

  async readFile(path: string): Promise<string | undefined> {
    return await Promise.resolve(this.files.get(path))
  }

  async list(folder: string): Promise<readonly string[]> {
    const names = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`))
    return await Promise.resolve(names.map((path) => path.slice(folder.length + 1)))
  }

  async replaceFile(path: string, from: string, to: string): Promise<void> {
    if (this.files.get(path) === to) return
    if (this.files.get(path) !== from) throw new HostError(`${path}: somebody has changed it meanwhile`)
    await this.#change(`write ${path}`, () => this.files.set(path, to))
  }

  async run(command: readonly string[]): Promise<void> {
    await this.#change(command.join(' '), () => this.#carryOut(command))
  }

  async #change(what: string, make: () => void): Promise<void> {
    this.before()
    this.onChange(what, 'before')
    this.changes.push(what)
    make()
    this.onChange(what, 'after')
    await Promise.resolve()
  }

  #carryOut([program = '', ...args]: readonly string[]): void {
    const [first = '', second = '', third = ''] = args
    switch (program) {
      case 'systemctl':
        if (args.includes('dnsmasq')) this.#served = /^interface=(\S+)$/m.exec(this.files.get(FILES.dnsmasq) ?? '')?.[1]
        return
      case 'ifup':
        return this.#up(first)
      case 'ifdown':
        return this.#down(first)
      case 'iptables':
        this.#rules += args.includes('-A') ? 1 : -1
        return
      case 'ip':
        if (first === 'link' && args[3] === 'master') this.#ports.set(third, args[4])
        else if (first === 'address') this.#addresses.set('ludusnat', [])
        else this.#route(second, args.slice(2))
        return
      default:
        throw new HostError(`there is no program ${program}`)
    }
  }

  /** As Proxmox does when the NIC of a VM is moved. */
  plug(port: string, bridge: string): void {
    this.#ports.set(port, bridge)
  }

  /** As if it had died. */
  endDnsmasq(): void {
    this.#served = undefined
  }

  #up(device: string): void {
    const [block] = ifacesOf(parseInterfaces(this.files.get(FILES.interfaces) ?? ''), device)
    if (block === undefined && device === 'ludusnat') {
      // Proxmox' own file has it, without an address, and without ports.
      this.#addresses.set(device, [])
      this.#routes = this.#routes.filter(({ dev }) => dev !== device)
      for (const [port, master] of this.#ports) if (master === device) this.#ports.set(port, undefined)
      return
    }
    if (block === undefined) throw new HostError(`ifup ${device}: it is not in the file`)
    this.#addresses.set(device, [NAT_ADDRESS])
    if (block.options.some((option) => hookOf(option)?.command.includes('-A POSTROUTING'))) this.#rules += 1
  }

  #down(device: string): void {
    this.#addresses.delete(device)
    this.#rules -= 1
    this.#routes = this.#routes.filter(({ dev }) => dev !== device)
    for (const [port, master] of this.#ports) if (master === device) this.#ports.set(port, undefined)
  }

  #route(verb: string, words: readonly string[]): void {
    const after = (word: string): string | undefined => words[words.indexOf(word) + 1]
    const has = (word: string): boolean => words.includes(word)
    const route: TableRoute = {
      destination: words[0] ?? '',
      via: after('via'),
      dev: after('dev'),
      protocol: has('proto') ? Number(after('proto')) : 3,
      metric: has('metric') ? Number(after('metric')) : 0,
    }
    if (!this.#addresses.get(route.dev ?? '')?.includes(NAT_ADDRESS)) throw new HostError('Nexthop has invalid gateway')
    if (verb === 'add') this.#routes.push(route)
    else
      this.#routes = this.#routes.filter(
        ({ destination, dev }) => destination !== route.destination || dev !== route.dev,
      )
  }

  state(): HostState {
    return {
      files: Object.fromEntries(this.files),
      addresses: Object.fromEntries(this.#addresses),
      rules: this.#rules,
      routes: this.#routes.map((route) => JSON.stringify(route)).sort(),
      ports: Object.fromEntries([...this.#ports].map(([port, master]) => [port, master ?? 'nothing'])),
      served: this.#served,
    }
  }
}

const CONFIG = 'proxmox_node: pve1\nludus_nat_interface: vmbr1000\n'
