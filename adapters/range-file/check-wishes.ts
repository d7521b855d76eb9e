import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import type { Wish } from '../../model/range-spec.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import { wishKeysByName } from './build-wishes.ts'
import type { CheckedRange, Machine } from './checked-range.ts'

const VMS = ['ludus_extensions', 'lanista', 'placement', 'vms'] as const
const PEER_KEYS = ['together_with', 'apart_from'] as const

/** Placement wishes about VMs that are not there, about themselves, and against each other or `target_node`. */
export const impossibleWishes = (range: CheckedRange): readonly Diagnostic[] => {
  const named = wishKeysByName(range.placement, range.id)
  return named.length === 0
    ? nodeConflicts(range)
    : [...unknownNames(range, named), ...peerConflicts(range, named), ...nodeConflicts(range)]
}

type Named = ReturnType<typeof wishKeysByName>

/** Names of VMs that the range has not, and a VM's wish about itself. */
function unknownNames({ yaml, machines }: CheckedRange, named: Named): readonly Diagnostic[] {
  const shown = machines.map(({ vm }) => vm.name)
  const names = new Set([...shown, ...machines.flatMap(({ vm }) => vm.otherNames)])
  const misnamed = named.flatMap(({ key, name, keys }): readonly Misnamed[] => [
    ...(names.has(name) ? [] : [{ path: [key], finding: `placement.vms has wishes for ${printable(name)}`, name }]),
    ...PEER_KEYS.flatMap((wish) =>
      (keys[wish] ?? []).flatMap((peer, index): readonly Misnamed[] => {
        const [path, subject] = [[key, wish, index], `${wish} of ${printable(name)} names`]
        if (peer === name) return [{ path, finding: `${subject} itself`, name: undefined }]
        return names.has(peer) ? [] : [{ path, finding: `${subject} ${printable(peer)}`, name: peer }]
      }),
    ),
  ])
  // Looking for what was meant is dear, so no more of them than will be shown.
  return misnamed.slice(0, MAX_DIAGNOSTICS).map(({ path, finding, name }) => {
    const { node } = yaml.place([...VMS, ...path])
    return name === undefined
      ? yaml.diagnosticAt(node, finding, 'name another VM')
      : yaml.diagnosticAt(node, `${finding}, which is no VM of the range`, choice(name, shown))
  })
}

interface Misnamed {
  readonly path: readonly PropertyKey[]
  readonly finding: string
  /** The name that no VM has; undefined when it is the VM's own. */
  readonly name: string | undefined
}

/** Two VMs that shall be both together and apart, whoever of them says what; and what that makes of others. */
function peerConflicts({ yaml, machines }: CheckedRange, named: Named): readonly Diagnostic[] {
  const groups = new Groups()
  for (const { vm } of machines) {
    for (const wish of vm.wishes) {
      if (wish.kind === 'together_with') for (const peer of wish.vms) groups.join(vm.name, peer)
      if (wish.kind === 'pack' && wish.required) for (const other of machines) groups.join(vm.name, other.vm.name)
    }
  }
  const conflicts: Diagnostic[] = []
  for (const { key, name, keys } of named)
    for (const [index, peer] of (keys.apart_from ?? []).entries()) {
      if (peer === name || !groups.areJoined(name, peer)) continue
      const finding = `${printable(name)} shall be apart_from ${printable(peer)}, and together with it by other wishes`
      conflicts.push(
        yaml.diagnosticAt(yaml.place([...VMS, key, 'apart_from', index]).node, finding, 'remove one of the two'),
      )
    }
  for (const { key, name, keys } of named) {
    const spreads = machines.some(
      ({ vm }) => vm.name === name && vm.wishes.some((wish) => wish.kind === 'spread' && wish.required),
    )
    if (!spreads || keys.together_with === undefined) continue
    const finding = `${printable(name)} has together_with, and its required strategy is to spread`
    conflicts.push(
      yaml.diagnosticAt(
        yaml.place([...VMS, key, 'together_with']).node,
        finding,
        'remove one of the two, or make spread preferred',
      ),
    )
  }
  return conflicts
}

/** Who is together with whom. */
class Groups {
  readonly #groupOf = new Map<string, Set<string>>()

  join(one: string, other: string): void {
    const [mine, theirs] = [this.#of(one), this.#of(other)]
    if (mine === theirs) return
    for (const name of theirs) this.#groupOf.set(name, mine.add(name))
  }

  areJoined(one: string, other: string): boolean {
    return this.#of(one) === this.#of(other)
  }

  #of(name: string): Set<string> {
    const known = this.#groupOf.get(name)
    if (known !== undefined) return known
    const alone = new Set([name])
    this.#groupOf.set(name, alone)
    return alone
  }
}

/** Required wishes that leave a VM no node, or not the one that it names. */
function nodeConflicts({ yaml, machines }: CheckedRange): readonly Diagnostic[] {
  const conflicts: Diagnostic[] = []
  for (const machine of machines) if (conflicts.length < MAX_DIAGNOSTICS) conflicts.push(...nodeConflict(machine, yaml))
  return conflicts
}

function nodeConflict({ vm, node }: Machine, yaml: CheckedRange['yaml']): readonly Diagnostic[] {
  const allowed = allowedOf(vm.wishes)
  if (allowed.only?.size === 0)
    return [
      yaml.diagnosticAt(
        yaml.place(VMS.slice(0, -1)).node,
        `no node is left for ${printable(vm.name)} by its required only_nodes and avoid_nodes`,
        'allow it a node',
      ),
    ]
  const target = vm.targetNode
  if (target === undefined || (allowed.only?.has(target) ?? !allowed.avoid.has(target))) return []
  const finding = `target_node of ${printable(vm.name)} is ${printable(target)}, which its required placement wishes rule out`
  return [yaml.diagnosticAt(node('target_node'), finding, 'remove target_node, or allow that node')]
}

/** The nodes that required wishes name, and those they forbid; `only` is undefined where none names any. */
function allowedOf(wishes: readonly Wish[]): {
  readonly only: ReadonlySet<string> | undefined
  readonly avoid: ReadonlySet<string>
} {
  const lists = (kind: 'only_nodes' | 'avoid_nodes'): readonly (readonly string[])[] =>
    wishes.flatMap((wish) => (wish.kind === kind && wish.required ? [wish.nodes] : []))
  const avoid = new Set(lists('avoid_nodes').flat())
  const [first, ...rest] = lists('only_nodes')
  const only = first?.filter((node) => !avoid.has(node) && rest.every((list) => list.includes(node)))
  return { only: only && new Set(only), avoid }
}

/** More than this a person does not read. */
const MOST_CHOICES = 12

/** Comparing costs the product of the lengths, so a hostile file with many names gets no suggestion. */
const MOST_COMPARED = 500

function choice(word: string, names: readonly string[]): string {
  const meant = names.length > MOST_COMPARED ? undefined : nearest(word, names)
  if (meant !== undefined) return `did you mean ${printable(meant)}?`
  const shown = names.slice(0, MOST_CHOICES).map((name) => printable(name))
  return `choose among ${shown.join(', ')}${names.length > MOST_CHOICES ? ', …' : ''}`
}
