import type { RangeSpec, VmSpec, Wish } from '../../model/range-spec.ts'
import { ROUTER_TEMPLATES, routerNameFor } from '../../model/router-names.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { UnderWay } from '../vm/planned-range.ts'

/**
 * The range with a router as there is one, or as one can be made, where its file leaves that open: an existing one keeps the name
 * that some release of Ludus gave it, and a new one is made of the newest template that Ludus makes routers of. The same range
 * where its file says all.
 *
 * @param underWay VMs that are being made just now, which counts as much as that they exist
 */
export function withSettledRouter(
  spec: RangeSpec,
  snapshot: Pick<ClusterSnapshot, 'guests' | 'templates'>,
  underWay: readonly UnderWay[],
): RangeSpec {
  const { router } = spec
  const template = templateOf(router, snapshot)
  const name = nameOf(spec, template, snapshot, underWay)
  const names = [router.name, ...router.otherNames]
  const misnamed = names.filter((each) => each !== name)
  const isMeant = [router, ...spec.vms].some(({ wishes }) =>
    wishes.some((wish) => 'vms' in wish && wish.vms.some((each) => misnamed.includes(each))),
  )
  if (name === router.name && template === router.template && !isMeant) return spec
  const called = (vm: VmSpec): VmSpec => ({ ...vm, wishes: vm.wishes.map((wish) => renamed(wish, names, name)) })
  return { ...spec, router: called({ ...router, name, otherNames: misnamed, template }), vms: spec.vms.map(called) }
}

function templateOf({ unsaid, template }: VmSpec, { templates }: Pick<ClusterSnapshot, 'templates'>): string {
  if (!unsaid.includes('template')) return template
  return ROUTER_TEMPLATES.find((each) => templates.some(({ name }) => name === each)) ?? template
}

function nameOf(
  { id, router, vms }: RangeSpec,
  template: string,
  { guests }: Pick<ClusterSnapshot, 'guests'>,
  underWay: readonly UnderWay[],
): string {
  const { name, otherNames, unsaid } = router
  if (otherNames.length === 0) return name
  const preferred = unsaid.includes('name') ? routerNameFor(id, template) : name
  const taken = new Set(vms.map((vm) => vm.name))
  const possible = [preferred, name, ...otherNames].filter((each) => !taken.has(each))
  const isThere = (each: string): boolean =>
    guests.some((guest) => guest.kind === 'qemu' && !guest.template && guest.pool === id && guest.name === each) ||
    underWay.some((work) => work.rangeId === id && work.name === each)
  return possible.find(isThere) ?? possible[0] ?? preferred
}

const renamed = (wish: Wish, names: readonly string[], name: string): Wish =>
  'vms' in wish ? { ...wish, vms: wish.vms.map((each) => (names.includes(each) ? name : each)) } : wish
