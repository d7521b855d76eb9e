import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'

/** The wishes of one VM, those that other VMs have about it among them. */
export interface BoundWishes {
  readonly nodes: readonly {
    readonly kind: 'only_nodes' | 'avoid_nodes'
    readonly nodes: readonly string[]
    readonly required: boolean
  }[]
  /** VM of the same range -> whether it is required. */
  readonly together: ReadonlyMap<string, boolean>
  readonly apart: ReadonlyMap<string, boolean>
  /** A preferred strategy; a required one is in `together` and `apart`. */
  readonly strategy: 'spread' | 'pack' | undefined
}

/** Where the VMs of a range are, as far as is known or decided. */
export interface Whereabouts {
  /** VM -> node. */
  readonly nodeOf: ReadonlyMap<string, string>
  /** VMs of which Proxmox doesn't tell yet whether and where they exist. */
  readonly unknown: ReadonlySet<string>
}

export const NO_WISHES: BoundWishes = { nodes: [], together: new Map(), apart: new Map(), strategy: undefined }

/**
 * The wishes of all VMs of a range that have any, made mutual: who shall be together with B has B together with him.
 * What must be together with the same VM must be together.
 */
export function bindWishes(spec: Pick<RangeSpec, 'router' | 'vms'>): ReadonlyMap<string, BoundWishes> {
  const machines = [spec.router, ...spec.vms]
  if (machines.every(({ wishes }) => wishes.length === 0)) return new Map()
  const names = machines.map(({ name }) => name)
  const together = new Mutual()
  const apart = new Mutual()
  for (const { name, wishes } of machines)
    for (const wish of wishes) {
      const others = names.filter((other) => other !== name)
      if (wish.kind === 'together_with') together.add(name, wish.vms, wish.required)
      else if (wish.kind === 'apart_from') apart.add(name, wish.vms, wish.required)
      else if (wish.kind === 'pack' && wish.required) together.add(name, others, true)
      else if (wish.kind === 'spread' && wish.required) apart.add(name, others, true)
    }
  together.close()
  return new Map(machines.map((vm) => [vm.name, boundOf(vm, together, apart)]))
}

function boundOf({ name, wishes }: VmSpec, together: Mutual, apart: Mutual): BoundWishes {
  const strategy = wishes.findLast((wish) => (wish.kind === 'pack' || wish.kind === 'spread') && !wish.required)?.kind
  return {
    nodes: wishes.flatMap((wish) =>
      wish.kind === 'only_nodes' || wish.kind === 'avoid_nodes'
        ? [{ kind: wish.kind, nodes: wish.nodes, required: wish.required }]
        : [],
    ),
    together: together.of(name),
    apart: apart.of(name),
    strategy: strategy === 'pack' || strategy === 'spread' ? strategy : undefined,
  }
}

/** Pairs of VMs, and whether what they wish of each other is required. */
class Mutual {
  readonly #pairs = new Map<string, Map<string, boolean>>()

  add(name: string, others: readonly string[], required: boolean): void {
    for (const other of others) {
      this.#set(name, other, required)
      this.#set(other, name, required)
    }
  }

  of(name: string): ReadonlyMap<string, boolean> {
    return this.#pairs.get(name) ?? new Map<string, boolean>()
  }

  /** What must be with the same VM must be together. */
  close(): void {
    for (const start of this.#pairs.keys()) {
      const group = new Set([start])
      for (const member of group) for (const [other, required] of this.of(member)) if (required) group.add(other)
      for (const member of group) if (member !== start) this.#set(start, member, true)
    }
  }

  #set(name: string, other: string, required: boolean): void {
    const known = this.#pairs.get(name) ?? new Map<string, boolean>()
    this.#pairs.set(name, known.set(other, required || known.get(other) === true))
  }
}

/** Which required wish a node goes against, as the end of a sentence about the node. */
export function brokenWish(
  { nodes, together, apart }: BoundWishes,
  node: string,
  { nodeOf, unknown }: Whereabouts,
): string | undefined {
  for (const wish of nodes) {
    if (!wish.required || allows(wish, node)) continue
    return wish.kind === 'only_nodes'
      ? `is not among its only_nodes (${wish.nodes.join(', ')})`
      : 'is among its avoid_nodes'
  }
  for (const [peers, word] of [
    [together, 'together_with'],
    [apart, 'apart_from'],
  ] as const)
    for (const [peer, required] of peers) {
      if (!required) continue
      if (unknown.has(peer))
        return `has to wait: Proxmox does not tell yet where ${peer} is, and ${word} it is required`
      const at = nodeOf.get(peer)
      if (at === undefined) continue
      if (word === 'together_with' && at !== node)
        return `is not where ${peer} is (${at}), and together_with it is required`
      if (word === 'apart_from' && at === node) return `has ${peer}, and apart_from it is required`
    }
  return undefined
}

/** How far a node is from what is preferred: first the wishes it does not meet, then the strategy; less is better. */
export interface Discord {
  readonly unmet: readonly string[]
  readonly crowd: number
}

const NONE: Discord = { unmet: [], crowd: 0 }

/** How far a node is from the preferred wishes. */
export function discordOf(wishes: BoundWishes, node: string, { nodeOf }: Whereabouts): Discord {
  if (wishes === NO_WISHES) return NONE
  const unmet: string[] = []
  for (const wish of wishes.nodes)
    if (!wish.required && !allows(wish, node)) unmet.push(`${wish.kind} ${wish.nodes.join(', ')}`)
  for (const [peer, required] of wishes.together)
    if (!required && nodeOf.has(peer) && nodeOf.get(peer) !== node) unmet.push(`together_with ${peer}`)
  for (const [peer, required] of wishes.apart)
    if (!required && nodeOf.get(peer) === node) unmet.push(`apart_from ${peer}`)
  if (wishes.strategy === undefined) return unmet.length === 0 ? NONE : { unmet, crowd: 0 }
  let here = 0
  for (const at of nodeOf.values()) if (at === node) here += 1
  return { unmet, crowd: wishes.strategy === 'spread' ? here : -here }
}

const allows = ({ kind, nodes }: BoundWishes['nodes'][number], node: string): boolean =>
  (kind === 'only_nodes') === nodes.includes(node)
