import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { groundOf } from './ground.ts'
import { siteOf } from '../placement/site.ts'
import { planTurn, unbroken } from './plan-turn.ts'
import { NO_PROMISES } from './promises.ts'

/** What a node's absence would mean. Nothing is moved for it: a VM comes back with its node, or is made anew. */
export interface AbsenceReport {
  readonly node: string
  /** VMs of ranges that are on it, and where they could be created anew. */
  readonly down: readonly {
    readonly range: string
    readonly vm: string
    readonly vmid: number
    readonly elsewhere:
      | { readonly kind: 'possible'; readonly node: string; readonly why: string }
      | { readonly kind: 'impossible'; readonly why: string }
  }[]
  /** Running guests on it that are of no range file. */
  readonly others: number
  /** Names of templates that no other node could clone from. */
  readonly templates: readonly string[]
  /** Storages that no other online node has. */
  readonly storages: readonly string[]
  /** The rest of the cluster would have no majority, so that Proxmox would take no changes. */
  readonly losesQuorum: boolean
}

/** What a node's absence would mean for ranges, by planning them on the cluster without it. Changes nothing. */
export function withoutNode(
  name: string,
  specs: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  mode: NetworkMode | Finding,
): AbsenceReport {
  const plansOn = (seen: ClusterSnapshot) =>
    [...planTurn(specs, groundOf(seen, settings, mode), NO_PROMISES).results].map(([{ id }, result]) => ({
      id,
      made: unbroken(result),
    }))
  const onIt = plansOn(snapshot).flatMap(({ made }) =>
    made.kind === 'planned'
      ? made.plan.vms
          .filter(({ step }) => step.kind !== 'create' && step.at === name)
          .map(({ spec, vmid }) => ({ range: made.plan.rangeId, vm: spec.name, vmid }))
      : [],
  )
  const rest = restOf(snapshot, name)
  const anew = new Map<string, AbsenceReport['down'][number]['elsewhere']>()
  for (const { id, made } of plansOn(rest)) {
    if (made.kind === 'refused') {
      for (const { vm } of onIt.filter(({ range }) => range === id))
        anew.set(`${id}/${vm}`, { kind: 'impossible', why: made.finding.message })
      continue
    }
    for (const { spec, step, message } of made.plan.vms)
      anew.set(
        `${id}/${spec.name}`,
        step.kind === 'create'
          ? { kind: 'possible', node: step.to, why: message }
          : { kind: 'impossible', why: message },
      )
  }
  const mine = new Set(onIt.map(({ vmid }) => vmid))
  const running = snapshot.guests.filter(
    ({ node, status, vmid }) => node === name && status === 'running' && !mine.has(vmid),
  )
  const online = rest.nodes.filter((node) => node.online)
  return {
    node: name,
    down: onIt.map((vm) => ({
      ...vm,
      elsewhere: anew.get(`${vm.range}/${vm.vm}`) ?? { kind: 'impossible', why: 'its range can not be planned' },
    })),
    others: running.length,
    templates: lostTemplates(snapshot, rest),
    storages: lostStorages(snapshot, rest, name),
    losesQuorum: online.length * 2 <= snapshot.nodes.length,
  }
}

/** The cluster as it would be seen with the node gone and its guests forgotten. */
function restOf(snapshot: ClusterSnapshot, name: string): ClusterSnapshot {
  return {
    ...snapshot,
    nodes: snapshot.nodes.map((node) => (node.name === name ? { ...node, online: false, inCluster: false } : node)),
    storages: snapshot.storages.filter(({ node }) => node !== name),
    guests: snapshot.guests.filter(({ node }) => node !== name),
    nodeNetworks: snapshot.nodeNetworks.filter(({ node }) => node !== name),
  }
}

/** Templates that some node can clone from now, and none of the others could then. */
function lostTemplates(snapshot: ClusterSnapshot, rest: ClusterSnapshot): readonly string[] {
  const reach = (seen: ClusterSnapshot): ReadonlySet<string> => {
    const site = siteOf(seen)
    const names = new Set(snapshot.templates.map(({ name }) => name))
    const online = seen.nodes.filter((node) => node.online)
    return new Set(
      [...names].filter((template) =>
        online.some((node) => site.templateFor(template, node.name).kind === 'reachable'),
      ),
    )
  }
  const then = reach(rest)
  return [...reach(snapshot)].filter((template) => !then.has(template)).sort()
}

function lostStorages(snapshot: ClusterSnapshot, rest: ClusterSnapshot, name: string): readonly string[] {
  const online = new Set(rest.nodes.flatMap((node) => (node.online ? [node.name] : [])))
  const there = new Set(
    rest.storages.flatMap((storage) => (storage.active && online.has(storage.node) ? [storage.name] : [])),
  )
  const here = snapshot.storages.filter(({ node, active, shared }) => node === name && active && !shared)
  const shared = snapshot.storages.filter(
    (storage) => storage.node === name && storage.active && storage.shared && !there.has(storage.name),
  )
  return [...new Set([...here, ...shared].map((storage) => storage.name))].sort()
}
