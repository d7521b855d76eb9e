import { execFileSync, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { configText, DNSMASQ, interfacesText, LEASE, SDN, SYSTEMCTL } from './ludus-host-files.ts'
import { Running, type Said } from './running.ts'
import { hasVlanFiltering } from './why-no-host.ts'

const MAIN = resolve('dist/controllers/main.js')

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
      this.on(
        from,
        `for each in 1 2 3; do busybox ping -c 1 -W 2 ${to} > /dev/null && echo yes && exit; done; echo no`,
      ).trim() === 'yes'
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
      // A bridge has its own IPv6 address a moment after it is up, and one that is made anew has another.
      served: this.on('host', "ss -H -l -u -n | awk '{ print $4 }' | grep -v '^.fe80::' | sort -u"),
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

const ADMIN_PATH = `${process.env['PATH']}:/usr/sbin:/sbin`
