import { execFileSync } from 'node:child_process'
import { errorCode } from '../../../adapters/error-code.ts'

/**
 * A network namespace with a router of the NAT network in it: bridge `ludusnat` with 192.0.2.254/24, as Ludus' host has
 * it, and bridge `wg0` with 10.200.0.1/24, which stands for a stranger's VPN.
 */
export interface Namespace {
  readonly name: string
  /** `ip` for this namespace, as the adapter takes it. */
  readonly command: readonly [string, ...string[]]
  /** Runs `ip` in it with arguments parted by blanks, and returns what it prints. */
  ip(line: string): string
  remove(): void
}

/** Throws what `ip` said when this machine or user has no namespaces. It ends with the process at the latest. */
export function openNamespace(): Namespace {
  count += 1
  const name = `lanista-test-${process.pid}-${count}`
  run(['ip', 'netns', 'add', name])
  open.add(name)
  const namespace: Namespace = {
    name,
    command: ['ip', '-n', name],
    ip: (line) => run(['ip', '-n', name, ...line.split(' ')]),
    remove: () => {
      run(['ip', 'netns', 'delete', name])
      open.delete(name)
    },
  }
  try {
    for (const [device, address] of [
      ['ludusnat', '192.0.2.254/24'],
      ['wg0', '10.200.0.1/24'],
    ] as const) {
      namespace.ip(`link add ${device} type bridge`)
      namespace.ip(`address add ${address} dev ${device}`)
      namespace.ip(`link set ${device} up`)
    }
    return namespace
  } catch (error) {
    namespace.remove()
    throw error
  }
}

let count = 0
const open = new Set<string>()
process.once('exit', () => {
  for (const name of open) run(['ip', 'netns', 'delete', name])
})

function run([program = '', ...args]: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Why no namespace can be made here, or undefined when one can. */
export function whyNoNamespace(): string | undefined {
  try {
    openNamespace().remove()
    return undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'ip is missing; install iproute2'
    return error instanceof Error ? error.message.replaceAll('\n', ' ').trim() : String(error)
  }
}

/** A program that runs another without any privilege, or with CAP_NET_ADMIN alone as systemd's AmbientCapabilities gives it. */
export const asNobody = (capabilities: 'none' | 'net_admin'): readonly string[] => {
  const capability = capabilities === 'none' ? [] : ['--inh-caps', '+net_admin', '--ambient-caps', '+net_admin']
  return ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...capability]
}
