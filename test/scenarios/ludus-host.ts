import { execFileSync, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { errorCode } from '../../adapters/error-code.ts'

const MAIN = resolve('dist/controllers/main.js')

/** What a command came to. */
export interface Said {
  readonly status: number
  readonly text: string
}

/**
 * A Ludus host on bridges, in network namespaces: Debian's ifupdown2, dnsmasq and iptables at work in a mount namespace with an
 * `/etc`, `/run` and `/var` of its own, a range's router and a machine behind it, a template that is being built, and the
 * outside, in which a simulated Proxmox listens. Only systemd is a script: it starts and ends the real dnsmasq.
 */
export class LudusHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'lanista-host-'))
  readonly #holders: ChildProcess[] = []
  readonly #namespaces = new Map<Namespace, number>()
  #simulator: ChildProcess | undefined

  /** Ludus' own files on the host, by its templates, as far as this kernel can do what they ask for. */
  readonly interfaces: string
  readonly configFile = join(this.folder, 'opt/ludus/config.yml')

  static async open(): Promise<LudusHost> {
    const host = new LudusHost()
    try {
      await host.#setUp()
      return host
    } catch (error) {
      await host.close()
      throw error
    }
  }

  private constructor() {
    this.interfaces = interfacesText(hasVlanFiltering())
  }

  async #setUp(): Promise<void> {
    for (const name of ['outside', 'router', 'client', 'template'] as const) await this.#hold(name, ['--net'])
    await this.#hold('host', ['--mount', '--net', '--propagation', 'private'])
    for (const part of ['bin', 'opt/ludus', 'state']) mkdirSync(join(this.folder, part), { recursive: true })
    writeFileSync(join(this.folder, 'bin/systemctl'), SYSTEMCTL, { mode: 0o755 })
    this.on('host', `cp -a /etc '${this.folder}/etc' && mount --bind '${this.folder}/etc' /etc`)
    this.on('host', 'mount -t tmpfs none /run && mkdir -p /run/network /run/lock && mount -t tmpfs none /var/tmp')
    this.on('host', 'mkdir -p /var/lib/misc && mount -t tmpfs none /var/lib/misc && mount -t sysfs none /sys')
    this.on(
      'host',
      'rm -rf /etc/network/interfaces.d /etc/dnsmasq.d && mkdir -p /etc/network/interfaces.d /etc/dnsmasq.d',
    )
    const etc = join(this.folder, 'etc')
    writeFileSync(join(etc, 'network/interfaces'), this.interfaces)
    writeFileSync(join(etc, 'network/interfaces.d/sdn'), SDN)
    writeFileSync(
      join(etc, 'dnsmasq.conf'),
      'bind-interfaces\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\nno-resolv\n',
    )
    writeFileSync(join(etc, 'dnsmasq.d/dnsmasq-up0.conf'), DNSMASQ)
    writeFileSync(join(etc, 'dnsmasq.d/range.conf'), 'dhcp-range=10.1.10.50,10.1.10.60,255.255.255.0,5m\n')
    this.#plug('host', 'up0', 'outside', 'up1')
    this.on(
      'outside',
      'ip address add 198.18.0.1/24 dev up1 && ip address add 203.0.113.80/32 dev lo && ip link set up1 up',
    )
    this.on('host', 'ifup -a')
    this.#plug('host', 'tap0', 'router', 'eth0')
    this.#plug('host', 'tap1', 'router', 'eth1')
    this.#plug('host', 'tap2', 'client', 'eth0')
    this.#plug('host', 'tap3', 'template', 'eth0')
    this.on('host', 'for each in tap0 tap1 tap2 tap3; do ip link set $each up; done')
    this.on('host', 'ip link set tap1 master vmbr1001 && ip link set tap2 master vmbr1001')
    this.plugNat('vmbr1000')
    this.on(
      'router',
      'ip address add 192.0.2.101/24 dev eth0 && ip link set eth0 up && ip address add 10.1.10.254/24 dev eth1',
    )
    this.on(
      'router',
      'ip link set eth1 up && ip route add default via 192.0.2.254 && echo 1 > /proc/sys/net/ipv4/ip_forward',
    )
    this.on('router', 'iptables -t nat -A POSTROUTING -s 10.1.0.0/16 -o eth0 -j MASQUERADE')
    this.on(
      'client',
      'ip address add 10.1.10.11/24 dev eth0 && ip link set eth0 up && ip route add default via 10.1.10.254',
    )
    this.on('template', 'ip link set eth0 up')
    this.#relay()
    this.on('host', 'systemctl restart ludus ludus-admin dnsmasq')
    await this.#startProxmox()
  }

  async #hold(name: Namespace, kinds: readonly string[]): Promise<void> {
    const holder = spawn('unshare', [...kinds, 'sh', '-c', 'ip link set lo up; echo ready; exec sleep infinity'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#holders.push(holder)
    await once(holder.stdout, 'data')
    this.#namespaces.set(name, holder.pid ?? 0)
  }

  /** A cable between two namespaces. */
  #plug(one: Namespace, device: string, other: Namespace, peer: string): void {
    const pid = this.#pid(other)
    this.on(one, `ip link add ${device} type veth peer name ${peer} netns ${pid}`)
  }

  #pid(name: Namespace): number {
    const pid = this.#namespaces.get(name)
    if (pid === undefined) throw new Error(`there is no namespace ${name}`)
    return pid
  }

  /** The router hands what machines behind it ask for an address to the host. */
  #relay(): void {
    const relay = ['-p', '0', '-k', '--dhcp-relay=10.1.10.254,192.0.2.254', '--conf-file=/dev/null', '--user=root']
    const args = ['-t', String(this.#pid('router')), '-n', 'dnsmasq', ...relay, '--pid-file=', '--interface=eth1']
    this.#holders.push(spawn('nsenter', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: ADMIN_PATH } }))
  }

  async #startProxmox(): Promise<void> {
    const args = [MAIN, 'simulate', '--json', '--listen', '198.18.0.1:8006']
    const simulator = spawn('nsenter', ['-t', String(this.#pid('outside')), '-n', process.execPath, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#simulator = simulator
    const [line]: Buffer[] = await once(simulator.stdout, 'data')
    const { token, fingerprint }: Record<string, string> = JSON.parse(line?.toString().split('\n')[0] ?? '')
    writeFileSync(join(this.folder, 'token'), `${token}\n`, { mode: 0o600 })
    writeFileSync(this.configFile, configText(this.folder, fingerprint ?? ''), { mode: 0o640 })
  }

  /** A script in a namespace; of the host's with its own files. Returns what it prints; throws what it said when it fails. */
  on(name: Namespace, script: string): string {
    const { command, environment } = this.#entry(name)
    return execFileSync('nsenter', [...command, 'sh', '-ec', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
      timeout: 60_000,
    })
  }

  #entry(name: Namespace): { readonly command: readonly string[]; readonly environment: NodeJS.ProcessEnv } {
    const kinds = name === 'host' ? ['-m', '-n'] : ['-n']
    const path = [...(name === 'host' ? [join(this.folder, 'bin')] : []), process.env['PATH'], '/usr/sbin', '/sbin']
    return {
      command: ['-t', String(this.#pid(name)), ...kinds],
      environment: { PATH: path.join(':'), HOST_FOLDER: this.folder },
    }
  }

  /** Starts `lanista migrate host ...` on the host. */
  start(args: readonly string[], wrap: readonly string[] = []): Running {
    const { command, environment } = this.#entry('host')
    const lanista = [process.execPath, MAIN, 'migrate', 'host', ...args, '--config', this.configFile]
    const program = wrap.length === 0 ? lanista : [...wrap, lanista.join(' ')]
    const child = spawn('nsenter', [...command, ...program], { stdio: ['pipe', 'pipe', 'pipe'], env: environment })
    return new Running(child)
  }

  lanista(...args: readonly string[]): Promise<Said> {
    return this.start(args).ended
  }

  /** Puts the NICs of the NAT network where `lanista migrate` and Proxmox would put them. */
  plugNat(bridge: string): void {
    this.on('host', `ip link set tap0 master ${bridge} && ip link set tap3 master ${bridge}`)
  }

  /** As each apply in Proxmox' SDN does; what Debian's ifupdown2 takes off bridges is plugged in again. */
  reload(nat: string): void {
    this.on('host', 'ifreload -a')
    this.plugNat(nat)
    this.on('host', 'ip link set tap1 master vmbr1001 && ip link set tap2 master vmbr1001')
    this.on('host', 'for each in tap0 tap1 tap2 tap3; do ip link set $each up; done')
  }

  /** As an apply does after the VNet was deleted; what Debian's ifupdown2 takes off bridges is plugged in again. */
  removeVnet(): void {
    this.on('host', 'echo > /etc/network/interfaces.d/sdn')
    this.reload('vmbr1000')
  }

  /**
   * The machines' view: an address by DHCP for one on the NAT network and for one behind the router, the outside reached from
   * there, and that one from the host.
   */
  network(): NetworkSeen {
    const built = this.#lease('template')
    const behind = this.#lease('client')
    const address = /^lease (\S+)/.exec(behind)?.[1] ?? '0.0.0.0'
    const reaches = (from: Namespace, to: string): boolean =>
      this.on(from, `busybox ping -c 1 -W 2 ${to} > /dev/null && echo yes || echo no`).trim() === 'yes'
    return {
      onNat: built.replace(/\.[0-9]+ /, '.* '),
      behindRouter: address.replace(/\.[0-9]+$/, '.*'),
      outside: reaches('client', '203.0.113.80'),
      inside: reaches('host', address),
    }
  }

  /** What a machine is given when it asks for an address, and takes. */
  #lease(name: 'template' | 'client'): string {
    this.on(name, 'ip address flush dev eth0')
    const said = this.on(name, `udhcpc -f -q -n -t 5 -T 1 -i eth0 -s '${this.#leaseScript()}' 2>&1 || true`)
    if (name === 'client') this.on(name, 'ip route replace default via 10.1.10.254 2> /dev/null || true')
    return /^lease .*$/m.exec(said)?.[0] ?? said
  }

  #leaseScript(): string {
    const script = join(this.folder, 'bin/lease')
    if (!existsSync(script)) writeFileSync(script, LEASE, { mode: 0o755 })
    return script
  }

  /** Everything that the move is about, as it is now: files, addresses, rules, routes, and what is plugged in where. */
  state(): Readonly<Record<string, string>> {
    return {
      config: readFileSync(this.configFile, 'latin1'),
      ...Object.fromEntries(
        ['network/interfaces', 'dnsmasq.d/dnsmasq-up0.conf', 'dnsmasq.conf'].map((name) => [
          name,
          readFileSync(join(this.folder, 'etc', name), 'latin1'),
        ]),
      ),
      modes: this.on('host', `stat -c '%a %U %G' '${this.configFile}' /etc/network/interfaces /etc/dnsmasq.d/*`),
      addresses: this.on('host', "ip -4 -br address show | awk '{ print $1, $3 }' | sort"),
      rules: this.on('host', 'iptables -t nat -S'),
      routes: this.on('host', "ip route show | sed 's/ linkdown//' | sort"),
      ports: this.on(
        'host',
        'for each in tap0 tap1 tap2 tap3; do echo $each $(basename $(readlink /sys/class/net/$each/master || echo none)); done',
      ),
      served: this.on('host', "ss -H -l -u -n | awk '{ print $4 }' | sort -u"),
    }
  }

  /** Keeps the API from being reached, or lets it be again. */
  api(to: 'unreachable' | 'reachable'): void {
    this.on('outside', `iptables -${to === 'unreachable' ? 'I' : 'D'} INPUT -p tcp --dport 8006 -j DROP`)
  }

  async close(): Promise<void> {
    const pidFile = '/run/dnsmasq.pid'
    if (this.#namespaces.has('host')) this.on('host', `test ! -e ${pidFile} || kill $(cat ${pidFile})`)
    for (const child of [this.#simulator, ...this.#holders]) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** What machines see of the network. */
interface NetworkSeen {
  readonly onNat: string
  readonly behindRouter: string
  readonly outside: boolean
  readonly inside: boolean
}

type Namespace = 'host' | 'outside' | 'router' | 'client' | 'template'

/** A command that runs on the host. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Said>
  #text = ''
  readonly #listeners = new Set<() => void>()

  /** All that it has said by now. */
  get text(): string {
    return this.#text
  }

  constructor(child: ChildProcess) {
    this.child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#text += chunk.toString()
        for (const listener of this.#listeners) listener()
      })
    this.ended = once(child, 'close').then(([status]) => ({ status: Number(status ?? 1), text: this.#text }))
  }

  /** Resolves as soon as it has said what fits; rejects when it ends before. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(this.#text)) return
        this.#listeners.delete(look)
        resolve()
      }
      this.#listeners.add(look)
      void this.ended.then(({ text }) => reject(new Error(`ended without saying ${String(pattern)}: ${text}`)))
      look()
    })
  }
}

/** Why this machine can't have such a host, or undefined when it can. */
export function whyNoHost(): string | undefined {
  for (const [program, name] of TOOLS)
    try {
      execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`], { stdio: 'ignore' })
    } catch {
      return `${program} is missing; install ${name}`
    }
  try {
    execFileSync('unshare', ['--mount', '--net', '--propagation', 'private', 'sh', '-ec', TRIAL], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'unshare is missing; install util-linux'
    return error instanceof Error ? error.message.replaceAll('\n', ' ').trim() : String(error)
  }
}

const TOOLS = [
  ['ifreload', 'ifupdown2'],
  ['dnsmasq', 'dnsmasq-base'],
  ['iptables', 'iptables'],
  ['ip', 'iproute2'],
  ['udhcpc', 'udhcpc'],
  ['busybox', 'busybox'],
  ['nsenter', 'util-linux'],
  ['script', 'bsdutils'],
] as const

const TRIAL = [
  'PATH=$PATH:/usr/sbin:/sbin',
  'mount -t sysfs none /sys',
  'ip link add br0 type bridge',
  'ip link add v0 type veth peer name v1',
  'iptables -t nat -A POSTROUTING -o v0 -j MASQUERADE',
].join('; ')

function hasVlanFiltering(): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'add', 'br0', 'type', 'bridge', 'vlan_filtering', '1'], {
      stdio: 'pipe',
    })
    return true
  } catch {
    return false
  }
}

/** What udhcpc calls with what it was given. */
const LEASE = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add $ip/$subnet dev $interface
echo "lease $ip router $router dns $dns"
`

const ADMIN_PATH = `${process.env['PATH']}:/usr/sbin:/sbin`

/** As Proxmox writes it for a VNet, without the tunnel to other nodes. */
const SDN = `#version:1

auto ludusnat
iface ludusnat
\tbridge_ports none
\tbridge_stp off
\tbridge_fd 0
`

const DNSMASQ = `# NAT network
server=192.0.2.254
interface=vmbr1000
dhcp-range=192.0.2.50,192.0.2.100,255.255.255.0,5m
dhcp-option=vmbr1000,3,192.0.2.254
dhcp-option=vmbr1000,6,192.0.2.254`

function interfacesText(isVlanAware: boolean): string {
  const vlans = isVlanAware ? '\n    bridge-vlan-aware yes\n    bridge-vids 2-4094' : ''
  return `# Ansible managed
auto lo
iface lo inet loopback

auto up0
iface up0 inet static
    address 198.18.0.2
    gateway 198.18.0.1
    netmask 255.255.255.0

# This is the default Ludus NAT'd network, b\u00e4ndigen
auto vmbr1000
iface vmbr1000 inet static
    address 192.0.2.254/24
    bridge-ports none
    bridge-stp off
    bridge-fd 0${vlans}
    post-up   echo 1 > /proc/sys/net/ipv4/ip_forward
    post-up   iptables -t nat -A POSTROUTING -s '192.0.2.254/24' -o up0 -j MASQUERADE
    post-down iptables -t nat -D POSTROUTING -s '192.0.2.254/24' -o up0 -j MASQUERADE
# LUDUS MANAGED INTERFACE FOR USER 1 BEGIN
auto vmbr1001
iface vmbr1001 inet manual
    bridge-ports none
    bridge-stp off
    bridge-fd 0
    post-up ip route add 10.1.0.0/16 via 192.0.2.101
    post-down ip route del 10.1.0.0/16 via 192.0.2.101
# LUDUS MANAGED INTERFACE FOR USER 1 END

source /etc/network/interfaces.d/*
`
}

const configText = (folder: string, fingerprint: string): string => `---
proxmox_node: pve1 # the first
proxmox_url: https://198.18.0.1:8006
database_encryption_key: planted-database-key
ludus_nat_interface: vmbr1000
# an old password: planted-in-a-comment
license_key: planted-license
cluster_mode: false # planted-behind-a-value
lanista:
  state_dir: ${folder}/state
  proxmox:
    token_file: ${folder}/token
    fingerprint: ${fingerprint}
  notify:
    urls: [https://planted-url.example/planted-hook]
`

/**
 * As much of systemd's as is asked for. Ludus is a name in a file; dnsmasq is the real one, started as Debian's service does.
 * While the file `hold-<service>` is there, a restart of that service does not end.
 */
const SYSTEMCTL = `#!/bin/sh
verb=$1; shift
case $verb in
  restart)
    for unit in "$@"; do
      while [ -e "$HOST_FOLDER/hold-$unit" ] || [ -e "/run/hold-$unit" ]; do sleep 0.1; done
      case $unit in
        dnsmasq)
          if [ -e /run/dnsmasq.pid ]; then
            pid=$(cat /run/dnsmasq.pid); kill $pid 2>/dev/null
            while kill -0 $pid 2>/dev/null; do sleep 0.05; done
          fi
          dnsmasq --conf-file=/etc/dnsmasq.conf --conf-dir=/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new \\
            --pid-file=/run/dnsmasq.pid --user=root > /dev/null 2>&1 || exit 1 ;;
        *) echo $unit >> /run/restarts; echo active > /run/unit-$unit ;;
      esac
    done ;;
  show)
    for word in "$@"; do
      case $word in
        dnsmasq.service)
          state=inactive; [ -e /run/dnsmasq.pid ] && kill -0 $(cat /run/dnsmasq.pid) 2>/dev/null && state=active
          printf 'Id=dnsmasq.service\\nLoadState=loaded\\nActiveState=%s\\n\\n' $state ;;
        *.service)
          state=inactive; [ -e /run/unit-\${word%.service} ] && state=active
          printf 'Id=%s\\nLoadState=loaded\\nActiveState=%s\\n\\n' $word $state ;;
      esac
    done ;;
esac
exit 0
`
