import type { NodeStatus, Told } from '../../model/doctor-looks.ts'
import { amiss, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import { untold } from './check-machine.ts'

/** One node, asked for its version and its time. */
export interface NodeLooked {
  readonly name: string
  readonly version: Told<{ readonly version: string }>
  /** Its time, and this machine's right before and after it was asked; in epoch milliseconds. */
  readonly time: Told<{ readonly node: number; readonly before: number; readonly after: number }>
}

/** Releases of Proxmox VE that the calls and their answers are known of. */
const KNOWN = { first: 8, last: 9 } as const

export function checkQuorum(
  told: Told<{ readonly quorate: boolean; readonly nodes: readonly NodeStatus[] }>,
): DoctorCheck {
  const subject = 'cluster'
  if (told.kind === 'untold') return untold('quorum', subject, told)
  const { quorate, nodes } = told.value
  const online = nodes.filter((node) => node.online).length
  if (quorate) return ok('quorum', subject, `has quorum, ${online} of ${nodes.length} nodes online`)
  return amiss(
    'fail',
    'quorum',
    subject,
    `has no quorum (${online} of ${nodes.length} nodes online), so Proxmox takes no writes and nothing of a range can be changed`,
    'bring more nodes back; pvecm status on a node tells who is missing',
  )
}

/** @param nodes as the cluster tells them; empty where it does not */
export function checkNodes(nodes: readonly NodeStatus[], looked: readonly NodeLooked[]): readonly DoctorCheck[] {
  return nodes.map(({ name, online }): DoctorCheck => {
    const subject = `node ${name}`
    if (!online)
      return amiss(
        'warn',
        'node',
        subject,
        'the cluster has lost it, so no VM is made there, and what runs there is not known',
        'start it, or look at its network; Lanista goes on with the other nodes',
      )
    const version = looked.find((each) => each.name === name)?.version
    if (version === undefined || version.kind === 'untold')
      return amiss(
        'warn',
        'node',
        subject,
        `it is online, and does not answer (${version?.kind === 'untold' ? version.why : 'not asked'})`,
        `look at its pveproxy and pvedaemon: systemctl status pveproxy pvedaemon (on ${name})`,
      )
    return ok('node', subject, `answers, Proxmox VE ${version.value.version}`)
  })
}

/** Releases, and whether all nodes have the same. */
export function checkReleases(looked: readonly NodeLooked[]): readonly DoctorCheck[] {
  const told = looked.flatMap(({ name, version }) =>
    version.kind === 'told' ? [{ name, version: version.value.version }] : [],
  )
  const [first] = told
  if (first === undefined) return []
  const versions = [...new Set(told.map(({ version }) => version))].sort()
  const releases = [...new Set(versions.map((version) => Number.parseInt(version, 10)))]
  const listed = told.map(({ name, version }) => `${name} ${version}`).join(', ')
  const strange = releases.filter((release) => release < KNOWN.first || release > KNOWN.last)
  if (strange.length > 0)
    return [
      amiss(
        'warn',
        'proxmox-version',
        'Proxmox VE',
        `Lanista knows the releases ${KNOWN.first} and ${KNOWN.last}, and here is ${listed}`,
        strange.some((release) => release < KNOWN.first)
          ? 'upgrade Proxmox VE'
          : 'look for a newer Lanista; what it does not know of an answer it refuses',
      ),
    ]
  if (releases.length > 1)
    return [
      amiss(
        'warn',
        'proxmox-version',
        'Proxmox VE',
        `nodes have different releases (${listed}), which Proxmox supports only while it is upgraded`,
        'upgrade the others',
      ),
    ]
  return [
    ok(
      'proxmox-version',
      'Proxmox VE',
      versions.length === 1 ? `${versions[0] ?? ''} on all nodes that answer` : listed,
    ),
  ]
}

/** So far a node's clock may be from this machine's, in milliseconds: reloads that ended are told from older ones by it. */
const ODD_MS = 5000
const WRONG_MS = 20_000

/** The clocks of nodes against this machine's. What an answer took on its way is no fault of a clock. */
export function checkClocks(looked: readonly NodeLooked[]): readonly DoctorCheck[] {
  return looked.map(({ name, time }): DoctorCheck => {
    const subject = `clock of ${name}`
    if (time.kind === 'untold') return untold('clock', subject, time)
    const { node, before, after } = time.value
    // It tells whole seconds, so that it was that second or any moment of it.
    const ahead = node > after ? node - after : node + 999 < before ? node + 999 - before : 0
    if (Math.abs(ahead) <= ODD_MS) return ok('clock', subject, "agrees with this machine's")
    const seconds = Math.round(Math.abs(node + 500 - (before + after) / 2) / 1000)
    return amiss(
      Math.abs(ahead) > WRONG_MS ? 'fail' : 'warn',
      'clock',
      subject,
      `is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's, so that old events are taken for new ones, and certificates and dates of tokens may count as wrong`,
      `see which of the two is wrong (timedatectl; chronyc tracking), on ${name} and here`,
    )
  })
}
