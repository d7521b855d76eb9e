import type { ClusterLooks, NodeStatus, ProxmoxLooks, Told } from '../../model/doctor-looks.ts'
import { amiss, amissAs, type DoctorCheck } from '../../model/doctor-report.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { checkHosts } from '../../reconcilers/doctor/check-api.ts'
import {
  checkClocks,
  checkNodes,
  checkQuorum,
  checkReleases,
  type NodeLooked,
} from '../../reconcilers/doctor/check-cluster.ts'
import { untold } from '../../reconcilers/doctor/check-machine.ts'
import { hiddenChecks, lackingRights, neededRights, rightsChecks } from '../../reconcilers/doctor/check-rights.ts'
import {
  defaultNodeCheck,
  sharedStorageChecks,
  storageChecks,
  templateChecks,
} from '../../reconcilers/doctor/check-stores.ts'
import { networkChecks } from '../../reconcilers/doctor/check-zone-lines.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import type { Examination } from './examination.ts'
import { within } from './within.ts'

/** The whole cluster is a dozen reads, and one of each node. */
const TIMES_FOR_CLUSTER = 3

/** The API host by host, and through those that answer the cluster. */
export async function examineProxmox(
  config: ServerConfig,
  specs: readonly RangeSpec[],
  examination: Examination,
  signal: AbortSignal,
): Promise<readonly DoctorCheck[]> {
  const { looks, limit, clock } = examination
  const opened = await within(limit, signal, () => looks.proxmox(config, limit))
  // Why there is no token is told already; why there is no CA is not.
  if (opened.kind === 'untold')
    return [
      ...(opened.why.startsWith('Proxmox API token') ? [] : [amissAs('fail', 'tls', opened.why, 'Proxmox API')]),
      clusterNotChecked('there is no way to ask it'),
    ]
  const proxmox = opened.value
  try {
    const hosts = await Promise.all(
      proxmox.hosts.map(async (host) => {
        const [answer, certificate] = await Promise.all([
          within(limit, signal, (until) => proxmox.host(host, until)),
          within(limit, signal, (until) => proxmox.certificate(host, until)),
        ])
        return { host, answer, certificate }
      }),
    )
    const ofHosts = checkHosts(hosts, proxmox.trust, proxmox.tokenId, clock.now())
    const answering = hosts.filter(({ answer }) => answer.kind === 'told').map(({ host }) => host)
    if (answering.length === 0) return [...ofHosts, clusterNotChecked('no API host answers it')]
    return [...ofHosts, ...(await examineCluster(proxmox, answering, { config, specs }, examination, signal))]
  } finally {
    proxmox.close()
  }
}

const clusterNotChecked = (why: string): DoctorCheck =>
  amiss(
    'warn',
    'not-checked',
    'cluster',
    `is not looked at, as ${why}: rights, quorum, nodes, clocks, zone, storage and templates`,
    'mend that first, and run lanista doctor again',
  )

async function examineCluster(
  proxmox: ProxmoxLooks,
  hosts: readonly string[],
  { config, specs }: { readonly config: ServerConfig; readonly specs: readonly RangeSpec[] },
  examination: Examination,
  signal: AbortSignal,
): Promise<readonly DoctorCheck[]> {
  const { tokenId } = proxmox
  const cluster = proxmox.through(hosts)
  const { limit } = examination
  const settings = planSettingsOf(config)
  const [status, permissions, snapshot] = await Promise.all([
    within(limit, signal, (until) => cluster.status(until)),
    within(limit, signal, (until) => cluster.permissions(until)),
    within(limit * TIMES_FOR_CLUSTER, signal, (until) => cluster.snapshot(until)),
  ])
  const seen = snapshot.kind === 'told' ? snapshot.value : undefined
  const nodes = nodesOf(status, seen)
  const looked = await lookAtNodes(cluster, nodes, examination, signal)
  const mode =
    seen === undefined ? ((settings.clusterMode ?? true) ? 'vnets' : 'bridges') : networkModeOf(seen, settings)
  const ofMode = typeof mode === 'string' ? [] : [amissAs('fail', 'network-mode', mode.message, 'networks of ranges')]
  const rights = await examineRights(cluster, permissions, typeof mode === 'string' ? mode : 'vnets')
  return [
    ...rights,
    checkQuorum(status),
    ...checkNodes(nodes, looked),
    ...checkReleases(looked),
    ...checkClocks(looked),
    ...(snapshot.kind === 'untold' ? [clusterUntold(snapshot)] : []),
    ...ofMode,
    ...(seen === undefined
      ? []
      : [
          ...(typeof mode === 'string' ? networkChecks(mode, seen, settings) : []),
          defaultNodeCheck(seen, settings),
          ...storageChecks(seen, settings),
          ...sharedStorageChecks(seen),
          ...templateChecks(seen, specs),
        ]),
  ]

  async function examineRights(
    asked: ClusterLooks,
    told: typeof permissions,
    how: 'vnets' | 'bridges',
  ): Promise<readonly DoctorCheck[]> {
    if (told.kind === 'untold') return [untold('rights', `API token ${tokenId}`, told)]
    const needed = neededRights(
      how,
      settings,
      nodes.map(({ name }) => name),
    )
    const acl = (seen?.acl ?? []).map(({ path }) => path)
    const lacking = lackingRights(needed, told.value, acl)
    const remedies = await Promise.all(
      lacking.map(async (each) => {
        const remedy = await within(limit, signal, (until) => asked.grant(each.path, each.missing, until))
        return [each, remedy.kind === 'told' ? remedy.value : undefined] as const
      }),
    )
    const known = new Map(remedies.flatMap(([each, remedy]) => (remedy === undefined ? [] : [[each, remedy] as const])))
    return [...rightsChecks(needed, lacking, tokenId, known), ...hiddenChecks(seen?.unseen ?? [], lacking, tokenId)]
  }
}

const clusterUntold = (told: Extract<Told<ClusterSnapshot>, { kind: 'untold' }>): DoctorCheck => ({
  ...untold('cluster-look', 'cluster', told),
  level: 'fail',
})

/** By the cluster's membership, or by what else was seen of it. */
const nodesOf = (
  status: Told<{ readonly nodes: readonly NodeStatus[] }>,
  seen: ClusterSnapshot | undefined,
): readonly NodeStatus[] =>
  [...(status.kind === 'told' ? status.value.nodes : (seen?.nodes ?? []))].sort((a, b) => (a.name < b.name ? -1 : 1))

const lookAtNodes = (
  cluster: ClusterLooks,
  nodes: readonly NodeStatus[],
  { limit, clock }: Examination,
  signal: AbortSignal,
): Promise<readonly NodeLooked[]> =>
  Promise.all(
    nodes
      .filter(({ online }) => online)
      .map(async ({ name }): Promise<NodeLooked> => {
        const [version, time] = await Promise.all([
          within(limit, signal, (until) => cluster.nodeVersion(name, until)),
          within(limit, signal, async (until) => {
            const before = clock.now()
            const node = await cluster.nodeTime(name, until)
            return { node, before, after: clock.now() }
          }),
        ])
        return { name, version, time }
      }),
  )
