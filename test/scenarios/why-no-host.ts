import { execFileSync } from 'node:child_process'
import { errorCode } from '../../adapters/error-code.ts'

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

/** Whether this kernel has VLAN-aware bridges. */
export function hasVlanFiltering(): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'add', 'br0', 'type', 'bridge', 'vlan_filtering', '1'], {
      stdio: 'pipe',
    })
    return true
  } catch {
    return false
  }
}
