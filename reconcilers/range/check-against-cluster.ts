import type { SpecFinding } from '../../model/checked-file.ts'
import { nearest } from '../../model/nearest.ts'
import { networkModeOf, onlyNodeIn } from '../network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { withSettledRouter } from './settled-router.ts'
import { NUMBER_PATH } from './shared-numbers.ts'

/**
 * What a range asks for and the cluster has not: nodes, templates, a free range number. Speaks only of what lasts; a
 * node that is down or full today is a matter of planning.
 */
export function checkAgainstCluster(
  asked: RangeSpec,
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
): readonly SpecFinding[] {
  const spec = withSettledRouter(asked, snapshot, [])
  const machines: readonly (readonly [Path, VmSpec])[] = [
    ...spec.vms.map((vm, index) => [['ludus', index], vm] as const),
    [['router'], spec.router],
  ]
  const isChosen = networkModeOf(snapshot, settings) !== 'bridges' && onlyNodeIn(snapshot, settings) === undefined
  const nodes = snapshot.nodes.map(({ name }) => name).sort()
  const node = (path: Path, owner: string, target: string | undefined): readonly SpecFinding[] =>
    target === undefined ? [] : isChosen ? unknownNode(path, owner, target, nodes) : [unusedNode(path, owner)]
  return [
    ...node(['defaults'], 'defaults', spec.targetNode),
    ...machines.flatMap(([path, vm]) => [
      ...node(path, printable(vm.name), vm.targetNode),
      ...unknownTemplate(path, vm, snapshot),
    ]),
    ...unknownWishNodes(spec, nodes),
    ...reservedNumber(spec, settings),
  ]
}

/** That the storage of full clones is there and holds disks, on some node at least. */
export function checkStorage(snapshot: ClusterSnapshot, { storage }: PlanSettings): readonly SpecFinding[] {
  const path = ['proxmox_vm_storage_pool']
  const seen = snapshot.storages.filter(({ name }) => name === storage)
  const fit = snapshot.storages.filter(({ content }) => content.includes('images')).map(({ name }) => name)
  const finding =
    seen.length === 0
      ? `proxmox_vm_storage_pool is ${printable(storage)}, which is no storage of the cluster`
      : `proxmox_vm_storage_pool is ${printable(storage)}, a storage that may not hold disks (content type images)`
  return seen.some(({ content }) => content.includes('images'))
    ? []
    : [{ severity: 'problem', path, finding, remedy: choice(storage, [...new Set(fit)].sort()) }]
}

/** That `proxmox_node` is one: it takes what nothing else decides, so that a slip would show only once the cluster is full. */
export function checkDefaultNode(
  { nodes }: Pick<ClusterSnapshot, 'nodes'>,
  { defaultNode }: Pick<PlanSettings, 'defaultNode'>,
): readonly SpecFinding[] {
  const names = nodes.map(({ name }) => name).sort()
  if (names.includes(defaultNode)) return []
  const finding = `proxmox_node is ${printable(defaultNode)}, which is no node of the cluster`
  return [{ severity: 'problem', path: ['proxmox_node'], finding, remedy: choice(defaultNode, names) }]
}

type Path = readonly (string | number)[]

function unknownNode(path: Path, owner: string, target: string, nodes: readonly string[]): readonly SpecFinding[] {
  if (nodes.includes(target)) return []
  const finding = `target_node of ${owner} is ${printable(target)}, which is no node of the cluster`
  return [{ severity: 'problem', path: [...path, 'target_node'], finding, remedy: choice(target, nodes) }]
}

/** Each unknown node of the placement wishes once, however many VMs a wish is for. */
function unknownWishNodes({ router, vms }: RangeSpec, nodes: readonly string[]): readonly SpecFinding[] {
  const asked = [router, ...vms].flatMap(({ wishes }) => wishes.flatMap((wish) => ('nodes' in wish ? wish.nodes : [])))
  return [...new Set(asked)]
    .filter((node) => !nodes.includes(node))
    .map((node) => ({
      severity: 'problem',
      path: ['ludus_extensions', 'lanista', 'placement'],
      finding: `placement names ${printable(node)}, which is no node of the cluster`,
      remedy: choice(node, nodes),
    }))
}

const unusedNode = (path: Path, owner: string): SpecFinding => ({
  severity: 'warning',
  path: [...path, 'target_node'],
  finding: `target_node of ${owner} is ignored where all VMs are on one node`,
  remedy: '',
})

function unknownTemplate(
  path: Path,
  { name: owner, template }: VmSpec,
  snapshot: ClusterSnapshot,
): readonly SpecFinding[] {
  if (snapshot.templates.some(({ name }) => name === template)) return []
  const names = [...new Set(snapshot.templates.map(({ name }) => name))].sort()
  const finding = `template of ${printable(owner)} is ${printable(template)}, which the cluster does not have`
  const meant = nearest(template, names)
  const build = `build it (ludus templates build -n ${printable(template)})`
  const remedy =
    names.length === 0
      ? `${build}, or let the API token see the templates`
      : meant === undefined
        ? `${build}, or take one that there is: ${shownOf(names)}`
        : `did you mean ${printable(meant)}? Otherwise ${build}`
  return [{ severity: 'problem', path: [...path, 'template'], finding, remedy }]
}

function reservedNumber({ number }: RangeSpec, { reservedNumbers }: PlanSettings): readonly SpecFinding[] {
  if (number === undefined || !reservedNumbers.includes(number)) return []
  const finding = `range_number ${number} is among the reserved_range_numbers of the configuration`
  return [{ severity: 'problem', path: NUMBER_PATH, finding, remedy: 'take another, or none to be given one' }]
}

/** More than this a person does not read. */
const MOST_CHOICES = 12

function choice(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates)
  if (meant !== undefined) return `did you mean ${printable(meant)}?`
  return candidates.length === 0 ? '' : `there is ${shownOf(candidates)}`
}

function shownOf(candidates: readonly string[]): string {
  const shown = candidates.slice(0, MOST_CHOICES).map((name) => printable(name))
  return `${shown.join(', ')}${candidates.length > MOST_CHOICES ? ', …' : ''}`
}
