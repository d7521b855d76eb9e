import type { TemplateChoice } from '../../model/plan/vm-plan.ts'
import type { ClusterSnapshot, StorageSeen, TemplateSeen } from '../../model/snapshot.ts'

/** The copy of a template that a node can clone from, or why there is none. */
type TemplateReach =
  | { readonly kind: 'reachable'; readonly template: TemplateChoice }
  | { readonly kind: 'missing' }
  /** There are copies, none of them within the node's reach. */
  | { readonly kind: 'unreachable'; readonly copies: readonly TemplateSeen[] }

/** A snapshot made ready for many placements: everything is looked up once. */
export interface Site {
  readonly snapshot: ClusterSnapshot
  /** Names of the nodes, sorted. */
  readonly nodes: readonly string[]
  /** True when disks can be on that storage there now. */
  holdsDisks(node: string, storage: string): boolean
  /** True when each node sees the same on that storage. */
  isShared(storage: string): boolean
  templateFor(template: string, node: string): TemplateReach
  /** Size of the largest copy's disks; 0 for an unknown template. */
  templateBytes(template: string): number
}

/** Whether a node reaches a template is worked out when it is first asked, once. */
export function siteOf(snapshot: ClusterSnapshot): Site {
  const storages = new Map<string, StorageSeen>()
  const shared = new Set<string>()
  for (const storage of snapshot.storages) {
    storages.set(`${storage.node}/${storage.name}`, storage)
    if (storage.shared) shared.add(storage.name)
  }
  const online = new Set(snapshot.nodes.flatMap((node) => (node.online ? [node.name] : [])))
  const copies = new Map<string, TemplateSeen[]>()
  for (const copy of [...snapshot.templates].sort((a, b) => a.vmid - b.vmid))
    copies.set(copy.name, [...(copies.get(copy.name) ?? []), copy])

  const holdsDisks = (node: string, name: string): boolean => {
    const storage = storages.get(`${node}/${name}`)
    return storage !== undefined && storage.active && storage.content.includes('images')
  }
  const reach = (template: string, node: string): TemplateReach => {
    const all = copies.get(template) ?? []
    if (all.length === 0) return { kind: 'missing' }
    const readable = all.filter(
      (copy) => copy.unread === undefined && copy.storages.every((name) => holdsDisks(node, name)),
    )
    // A clone with `target` needs all drives of its source on shared storage, even a full one onto shared storage.
    const isShared = ({ storages: disks, cdStorages }: TemplateSeen): boolean =>
      disks.length > 0 && [...disks, ...cdStorages].every((name) => shared.has(name))
    const copy =
      readable.find((each) => each.node === node) ?? readable.find((each) => isShared(each) && online.has(each.node))
    return copy === undefined
      ? { kind: 'unreachable', copies: all }
      : { kind: 'reachable', template: { vmid: copy.vmid, node: copy.node } }
  }
  const known = new Map<string, Map<string, TemplateReach>>()
  return {
    snapshot,
    nodes: snapshot.nodes.map(({ name }) => name).sort(),
    holdsDisks,
    isShared: (name) => shared.has(name),
    templateFor: (template, node) => {
      let byNode = known.get(template)
      if (byNode === undefined) known.set(template, (byNode = new Map<string, TemplateReach>()))
      let found = byNode.get(node)
      if (found === undefined) byNode.set(node, (found = reach(template, node)))
      return found
    },
    templateBytes: (template) => Math.max(0, ...(copies.get(template) ?? []).map(({ diskBytes }) => diskBytes)),
  }
}
