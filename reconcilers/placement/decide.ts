import type { Finding } from '../../model/condition.ts'
import { nearest } from '../../model/nearest.ts'
import type { TemplateChoice } from '../../model/plan/vm-plan.ts'
import type { Room } from './capacity.ts'
import type { Site } from './site.ts'
import { type Fit, fitOf, gib, type Request, type Surroundings, type Unfit, unfitText } from './node-filters.ts'
import { type Discord, discordOf } from './wishes.ts'

/** What decided. Of an existing VM nothing is decided: it stays. */
type Rule = 'target_node' | 'defaults.target_node' | 'auto-select' | 'proxmox_node'

/** By what the nodes that fit are ranked: their score, or the least memory left over. */
export type Ranking = 'score' | 'best-fit'

/** Everything a decision depends on. */
export type DecisionInput = Surroundings & {
  readonly request: Request
  readonly ranking: Ranking
}

/** How one node was judged. Fractions and score are those it will have once the VM is there. */
export interface Verdict {
  readonly room: Room
  readonly fit: Fit
  /** Fraction of the node's memory left free; negative when it is overdrawn. */
  readonly memory: number
  /** Fraction of the node's cores left idle, 0 at least. */
  readonly cpu: number
  /** The weighted sum of the two. */
  readonly score: number
  readonly discord: Discord
  /** Why it is taken only where no other fits; undefined where nothing speaks against it. */
  readonly avoided: string | undefined
}

/** A node for a VM, or none, with all that led to it. */
export interface Decision {
  readonly rule: Rule
  readonly ranking: Ranking
  /** In order of the nodes' names. */
  readonly verdicts: readonly Verdict[]
  readonly outcome:
    | {
        readonly kind: 'placed'
        readonly node: string
        readonly template: TemplateChoice
        /** It takes memory that nobody has, because somebody named the node or nothing else was left. */
        readonly overdrawn: boolean
      }
    | { readonly kind: 'refused'; readonly finding: Finding }
}

/**
 * The node for a VM that does not exist yet: its own `target_node`, else the range's, else of the nodes that pass all
 * filters the best, else `proxmox_node`, if it is only memory that it lacks. A node that somebody named and that can't
 * take the VM is a finding, never silently another node; memory alone is no obstacle to it, as in Ludus.
 *
 * The best is one that nothing speaks against (networks that are not in force there, clones that fail there), of these the one with
 * the fewest preferred wishes unmet, then with the highest score: the weighted sum of the
 * fractions of memory and CPU it will have left (Ludus documents 0.8 and 0.2 for available RAM and free CPU). Counting
 * the VM itself makes no difference among equal nodes, and keeps a large VM off a small one. Ties break by name.
 */
export function decide(input: DecisionInput): Decision {
  const { request, ranking, capacity } = input
  const verdicts = capacity.rooms.map((room) => verdictOn(room, input))
  const { vm, rangeTargetNode } = request
  const named = vm.targetNode ?? rangeTargetNode
  if (named !== undefined) {
    const rule = vm.targetNode === undefined ? 'defaults.target_node' : 'target_node'
    return { rule, ranking, verdicts, outcome: onNamedNode(named, rule, verdicts, input) }
  }
  let best: Verdict | undefined
  for (const verdict of verdicts)
    if (verdict.fit.unfit === undefined && (best === undefined || isBetter(verdict, best, ranking))) best = verdict
  if (best?.fit.template !== undefined)
    return { rule: 'auto-select', ranking, verdicts, outcome: placed(best.room, best.fit.template, false) }

  const fallback = verdicts.find(({ room }) => room.node.name === request.defaultNode)
  if (fallback?.fit.unfit?.filter === 'memory')
    return {
      rule: 'proxmox_node',
      ranking,
      verdicts,
      outcome: placed(fallback.room, fallback.fit.unfit.template, true),
    }
  return {
    rule: 'auto-select',
    ranking,
    verdicts,
    outcome: { kind: 'refused', finding: nothingFits(input, verdicts) },
  }
}

function verdictOn(room: Room, input: DecisionInput): Verdict {
  const { request, capacity, whereabouts } = input
  const { node } = room
  const { weights } = input.settings.placement
  const { memoryBytes, cores } = request.demand
  const memory = node.memoryBytes === 0 ? 0 : (room.freeMemoryBytes - memoryBytes) / node.memoryBytes
  const cpu = node.cores === 0 ? 0 : Math.max(0, (room.freeCores - cores * capacity.loadPerCore) / node.cores)
  return {
    room,
    fit: fitOf(request, room, input),
    memory,
    cpu,
    score: weights.memory * memory + weights.cpu * cpu,
    discord: discordOf(request.wishes, node.name, whereabouts),
    avoided: request.avoided.get(node.name),
  }
}

function isBetter(one: Verdict, other: Verdict, ranking: Ranking): boolean {
  const avoided = Number(one.avoided !== undefined) - Number(other.avoided !== undefined)
  if (avoided !== 0) return avoided < 0
  if (ranking === 'best-fit') return one.room.freeMemoryBytes < other.room.freeMemoryBytes
  const unmet = one.discord.unmet.length - other.discord.unmet.length
  if (unmet !== 0) return unmet < 0
  const crowd = one.discord.crowd - other.discord.crowd
  return crowd === 0 ? one.score > other.score : crowd < 0
}

function onNamedNode(
  name: string,
  rule: Rule,
  verdicts: readonly Verdict[],
  { request: { vm }, site }: DecisionInput,
): Decision['outcome'] {
  const whose = whoseTarget(rule)
  const verdict = verdicts.find(({ room }) => room.node.name === name)
  if (verdict === undefined) {
    const remedy = nodeRemedy(
      name,
      verdicts.map(({ room }) => room.node.name),
    )
    const message = `vm ${vm.name}: ${whose} target_node ${name} is not a node of this cluster; ${remedy}`
    return { kind: 'refused', finding: { reason: 'TargetNodeUnknown', message } }
  }
  const { fit, room } = verdict
  if (fit.unfit === undefined) return placed(room, fit.template, false)
  if (fit.unfit.filter === 'memory') return placed(room, fit.unfit.template, true)
  const remedy = isMissing(fit.unfit) ? templateRemedy(vm.template, site) : 'mend it or choose another target_node'
  const message = `vm ${vm.name}: ${whose} target_node ${name} ${unfitText(fit.unfit)}; ${remedy}`
  const reason = isMissing(fit.unfit) ? 'TemplateMissing' : 'TargetNodeUnfit'
  return { kind: 'refused', finding: { reason, message } }
}

/** No copy of a template that a node lacks is anywhere. */
const isMissing = (unfit: Unfit): boolean => unfit.filter === 'template' && unfit.copies.length === 0

/** What to do about a template that the cluster does not have: another node has it no more than this one. */
function templateRemedy(name: string, { snapshot }: Site): string {
  const meant = nearest(name, [...new Set(snapshot.templates.map((template) => template.name))].sort())
  const build = `build it: ludus templates build -n ${name}`
  return meant === undefined ? build : `did you mean ${meant}? Otherwise ${build}`
}

function nothingFits({ request: { vm, demand }, site }: DecisionInput, verdicts: readonly Verdict[]): Finding {
  const unfits = verdicts.flatMap(({ room, fit }) =>
    fit.unfit === undefined ? [] : [{ node: room.node.name, unfit: fit.unfit }],
  )
  const has = (filter: Unfit['filter']): boolean => unfits.some(({ unfit }) => unfit.filter === filter)
  if (unfits.some(({ unfit }) => isMissing(unfit)))
    return {
      reason: 'TemplateMissing',
      message: `vm ${vm.name}: the cluster does not have its template ${vm.template}; ${templateRemedy(vm.template, site)}`,
    }
  const whys = unfits.map(({ node, unfit }) => `${node} ${unfitText(unfit)}`)
  const remedies = [
    ...(has('memory') ? ['free memory'] : []),
    ...(has('space') ? ['free space'] : []),
    'mend a node',
    ...(has('wish') ? ['prefer what is required'] : []),
    ...(has('template') ? ['put the template on shared storage'] : []),
    'set target_node',
  ]
  const remedy = `${remedies.slice(0, -1).join(', ')} or ${remedies.at(-1)}`
  return {
    reason: 'NoNodeFits',
    message: `vm ${vm.name}: no node fits ${memoryText(demand.memoryBytes)} and ${vm.cpus} cores: ${whys.join('; ')}; ${remedy}`,
  }
}

/** Why a VM goes where it goes, in one sentence; of a refusal its message. */
export function reasonOf({ rule, verdicts, outcome, ranking }: Decision, { demand }: Request): string {
  if (outcome.kind === 'refused') return outcome.finding.message
  const winner = verdicts.find(({ room }) => room.node.name === outcome.node)
  switch (rule) {
    case 'target_node':
    case 'defaults.target_node':
      return `${whoseTarget(rule)} target_node`
    case 'proxmox_node':
      return `no node has ${memoryText(demand.memoryBytes)} free; proxmox_node takes it`
    case 'auto-select': {
      const fitting = verdicts.reduce((count, { fit }) => count + Number(fit.unfit === undefined), 0)
      const free = `${gib(winner?.room.freeMemoryBytes ?? 0)} GiB free`
      return ranking === 'best-fit'
        ? `tightest of ${fitting} nodes: ${free}`
        : `best of ${fitting} nodes: score ${(winner?.score ?? 0).toFixed(2)}, ${free}`
    }
  }
}

/** What to do about a name that is none of these nodes. The order of nodes doesn't matter. */
export function nodeRemedy(name: string, nodes: readonly string[]): string {
  const sorted = [...nodes].sort()
  const meant = nearest(name, sorted)
  return meant === undefined
    ? `choose one of ${sorted.join(', ')}`
    : `did you mean ${meant}? The nodes are ${sorted.join(', ')}`
}

const whoseTarget = (rule: Rule): string => (rule === 'target_node' ? 'its' : "the range's")
const memoryText = (bytes: number): string => `${Number((bytes / 1024 ** 3).toFixed(1))} GiB`
const placed = ({ node }: Room, template: TemplateChoice, overdrawn: boolean): Decision['outcome'] => ({
  kind: 'placed',
  node: node.name,
  template,
  overdrawn,
})
