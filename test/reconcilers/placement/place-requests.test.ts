import { expect } from 'chai'
import fc from 'fast-check'
import type { RangeSpec, VmSpec, Wish } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { capacityOf } from '../../../reconcilers/placement/capacity.ts'
import { type Placements, placeRequests } from '../../../reconcilers/placement/place-requests.ts'
import { siteOf } from '../../../reconcilers/placement/site.ts'
import { cluster, GIB, node } from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { groupOf } from '../../builders/request.ts'
import { runs } from '../../runner/long-runs.ts'

/** Nodes that are free but for so many GiB of 64. */
const nodes = (...free: readonly number[]) =>
  cluster({ nodes: free.map((gib, index) => node(`pve${index + 1}`, { memoryUsedBytes: (64 - gib) * GIB })) })

const sized = (name: string, gib: number, traits: Partial<VmSpec> = {}) =>
  vm(name, { memoryMiB: gib * 1024, ...traits })
/** A range whose first machine, its router, is as large as the others say. */
const ranged = (id: string, ...[first, ...rest]: readonly VmSpec[]): RangeSpec =>
  range(id, { router: { ...first!, role: 'router' }, vms: rest })

function place(seen: ClusterSnapshot, ...specs: readonly RangeSpec[]): Placements {
  return placeIn(seen, {}, ...specs)
}
function placeIn(
  seen: ClusterSnapshot,
  where: Readonly<Record<string, string>>,
  ...specs: readonly RangeSpec[]
): Placements {
  const groups = specs.map((spec) => groupOf(spec, where, settings({ defaultNode: 'none' })))
  return placeRequests(groups, capacityOf(seen, []), siteOf(seen), settings({ defaultNode: 'none' }))
}
/** VM -> node, or the reason of its finding. */
const nodesOf = ({ byRequest }: Placements) =>
  Object.fromEntries(
    [...byRequest].map(
      ([
        {
          vm: { name },
        },
        placed,
      ]) => [name, placed.kind === 'placed' ? placed.node : placed.finding.reason],
    ),
  )
const messageOf = ({ byRequest }: Placements, name: string) =>
  [...byRequest].flatMap(([request, placed]) =>
    request.vm.name === name ? [placed.kind === 'refused' ? placed.finding.message : placed.reason] : [],
  )[0]

describe('placeRequests', () => {
  it('places router first, then in file order, each after what the one before took', () => {
    const made = place(nodes(30, 29), ranged('JD', sized('router', 2), sized('a', 4), sized('b', 8)))
    expect(nodesOf(made)).to.deep.equal({ router: 'pve1', a: 'pve2', b: 'pve1' })
    expect(made.order.kind).to.equal('file')
  })

  it('places the largest first where file order would leave one without room, and says so', () => {
    const made = place(nodes(10, 10), ranged('JD', sized('a', 5), sized('b', 5), sized('c', 10)))
    expect(nodesOf(made)).to.deep.equal({ a: 'pve2', b: 'pve2', c: 'pve1' })
    expect(messageOf(made, 'a')).to.match(/; largest VM first, since in file order 1 VM would find no room$/)
  })

  it('packs tightly where even the largest first would leave one without room', () => {
    // Largest first by score: 6 to pve1, 5 to pve2, 4 to pve2 and 3 to pve1, and 3 finds nothing.
    const made = place(
      nodes(10, 11),
      ranged('JD', sized('a', 3), sized('b', 3), sized('c', 4), sized('d', 5), sized('e', 6)),
    )
    expect(made.short).to.deep.equal([])
    expect(new Set(Object.values(nodesOf(made)))).to.deep.equal(new Set(['pve1', 'pve2']))
  })

  it('stays with file order where no other order does better', () => {
    const made = place(nodes(10, 10), ranged('JD', sized('a', 5), sized('b', 50)))
    expect(nodesOf(made)).to.deep.equal({ a: 'pve1', b: 'NoNodeFits' })
    expect(made.order.kind).to.equal('file')
  })

  it('gives the room of a node to those that name it when there is not enough for all', () => {
    const bound = sized('bound', 10, { targetNode: 'pve1' })
    const made = place(nodes(11, 6), ranged('JD', sized('a', 5), bound))
    expect(nodesOf(made)).to.deep.equal({ a: 'pve2', bound: 'pve1' })
    expect(made.short).to.deep.equal([])
  })

  /** By score and by what is left over, pve1 is the first choice. */
  const unequal = (free: number, more: number) =>
    cluster({
      nodes: [
        node('pve1', { memoryBytes: 32 * GIB, memoryUsedBytes: (32 - free) * GIB }),
        node('pve2', { memoryUsedBytes: (64 - more) * GIB }),
      ],
    })

  it('gives the room of a node to those that name it even when others are larger', () => {
    const bound = sized('bound', 5, { targetNode: 'pve1' })
    const made = place(unequal(7, 8), ranged('JD', sized('a', 6), bound))
    expect(nodesOf(made)).to.deep.equal({ a: 'pve2', bound: 'pve1' })
  })

  it('gives VMs that must be together, by way of a third as well, a node with room for all of them', () => {
    const wishes = [{ kind: 'together_with', vms: ['b'], required: true } as const]
    const made = place(
      unequal(28, 31),
      ranged('JD', sized('a', 10, { wishes }), sized('b', 10), sized('c', 10, { wishes })),
    )
    expect(nodesOf(made)).to.deep.equal({ a: 'pve2', b: 'pve2', c: 'pve2' })
  })

  it('places ranges that arrive together in file order while no node is crowded', () => {
    const specs = [ranged('JD', ...['r', 's', 't'].map((name) => sized(name, 8))), ranged('KT', sized('big', 24))]
    expect(place(nodes(64, 64), ...specs).order.kind).to.equal('file')
  })

  it('spreads ranges that arrive together evenly where a node would be crowded', () => {
    const small = Array.from({ length: 6 }, (_, index) => sized(`s${index}`, 8))
    const specs = [ranged('JD', ...small), ranged('KT', sized('big', 40))]
    const made = place(nodes(64, 64), ...specs)
    expect(made.order).to.deep.include({ kind: 'largest-first' })
    expect(messageOf(made, 'big')).to.match(/in file order one node would be \d+ points fuller than an even spread/)
  })

  it('places a lone range in file order however uneven that is', () => {
    const small = Array.from({ length: 6 }, (_, index) => sized(`s${index}`, 8))
    expect(place(nodes(64, 64), ranged('JD', ...small, sized('big', 40))).order.kind).to.equal('file')
  })

  it('finds room for all whenever the largest first, each where it leaves the least over, would', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 14 })
    const frees = fc.array(fc.integer({ min: 4, max: 40 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(sizes, frees, (gibs, free) => {
        const left = [...free]
        const fits = [...gibs]
          .sort((a, b) => b - a)
          .every((gib) => {
            const tightest = Math.min(...left.filter((each) => each >= gib))
            if (tightest === Infinity) return false
            left[left.indexOf(tightest)] = tightest - gib
            return true
          })
        fc.pre(fits)
        // The template is on pve1, which is never left out.
        const made = place(nodes(...free), ranged('JD', ...gibs.map((gib, index) => sized(`v${index}`, gib))))
        expect(made.short).to.deep.equal([])
      }),
      { numRuns: runs(300) },
    )
  })

  it('never gives a node more than it has', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 14 })
    fc.assert(
      fc.property(sizes, (gibs) => {
        const made = place(nodes(20, 30, 40), ranged('JD', ...gibs.map((gib, index) => sized(`v${index}`, gib))))
        for (const { freeMemoryBytes } of made.capacity.rooms) expect(freeMemoryBytes).to.be.at.least(0)
      }),
    )
  })
})

describe('wishes for nodes', () => {
  const wish = (...wishes: readonly Wish[]): Partial<VmSpec> => ({ wishes })
  const only = (required: boolean, ...names: readonly string[]): Wish => ({
    kind: 'only_nodes',
    nodes: names,
    required,
  })
  const avoid = (required: boolean, ...names: readonly string[]): Wish => ({
    kind: 'avoid_nodes',
    nodes: names,
    required,
  })
  const together = (required: boolean, ...vms: readonly string[]): Wish => ({ kind: 'together_with', vms, required })
  const apart = (required: boolean, ...vms: readonly string[]): Wish => ({ kind: 'apart_from', vms, required })

  interface Row {
    readonly situation: string
    readonly vms: readonly VmSpec[]
    readonly free?: readonly number[]
    readonly where?: Readonly<Record<string, string>>
    readonly gives: Readonly<Record<string, string>>
    /** What the message of VM b says. */
    readonly says?: RegExp
  }
  const rows: readonly Row[] = [
    {
      situation: 'prefers only_nodes to a better score',
      vms: [sized('b', 4, wish(only(false, 'pve2')))],
      gives: { b: 'pve2' },
    },
    {
      situation: 'goes elsewhere when what it prefers has no room',
      vms: [sized('b', 25, wish(only(false, 'pve2')))],
      gives: { b: 'pve1' },
    },
    {
      situation: 'is not created when what it requires has no room',
      vms: [sized('b', 25, wish(only(true, 'pve2')))],
      gives: { b: 'NoNodeFits' },
      says: /pve1 is not among its only_nodes \(pve2\); pve2 has 20\.0 GiB free; .*prefer what is required/,
    },
    { situation: 'prefers to avoid a node', vms: [sized('b', 4, wish(avoid(false, 'pve1')))], gives: { b: 'pve2' } },
    {
      situation: 'takes a node it would avoid when no other has room',
      vms: [sized('b', 25, wish(avoid(false, 'pve1')))],
      gives: { b: 'pve1' },
    },
    {
      situation: 'never takes a node it must avoid',
      vms: [sized('b', 25, wish(avoid(true, 'pve1')))],
      gives: { b: 'NoNodeFits' },
      says: /pve1 is among its avoid_nodes/,
    },
    {
      situation: 'joins the VM it shall be together with',
      vms: [sized('a', 4), sized('b', 4, wish(together(false, 'a')))],
      gives: { a: 'pve1', b: 'pve1' },
      free: [30, 29],
    },
    {
      situation: 'is joined by the VM that comes later and says nothing',
      vms: [sized('b', 4, wish(together(true, 'c'))), sized('c', 4)],
      gives: { b: 'pve1', c: 'pve1' },
      free: [30, 29],
    },
    {
      situation: 'goes where both have room when they must be together',
      vms: [sized('b', 4, wish(together(true, 'c'))), sized('c', 28)],
      gives: { b: 'pve2', c: 'pve2' },
      free: [30, 33],
    },
    {
      situation: 'goes where the other is bound to when they must be together',
      vms: [sized('b', 4, wish(together(true, 'c'))), sized('c', 4, { targetNode: 'pve2' })],
      gives: { b: 'pve2', c: 'pve2' },
    },
    {
      situation: 'goes where an existing VM is that it must be together with',
      vms: [sized('b', 4, wish(together(true, 'old'))), sized('old', 4)],
      where: { old: 'pve2' },
      gives: { b: 'pve2' },
    },
    {
      situation: 'is not created when the existing VM it must be together with has no room beside it',
      vms: [sized('b', 25, wish(together(true, 'old'))), sized('old', 4)],
      where: { old: 'pve2' },
      gives: { b: 'NoNodeFits' },
      says: /pve1 is not where old is \(pve2\), and together_with it is required; pve2 has 20\.0 GiB free/,
    },
    {
      situation: 'keeps apart from a VM, whoever of them wishes it',
      vms: [sized('b', 4, wish(apart(true, 'c'))), sized('c', 4)],
      gives: { b: 'pve1', c: 'pve2' },
    },
    {
      situation: 'is not created when there is no node apart from the other',
      vms: [sized('a', 4, { targetNode: 'pve1' }), sized('b', 25, wish(apart(true, 'a')))],
      gives: { a: 'pve1', b: 'NoNodeFits' },
      says: /pve1 has a, and apart_from it is required/,
      free: [40, 20],
    },
    {
      situation: 'is placed before the other where that is how both find room apart',
      vms: [sized('a', 4), sized('b', 25, wish(apart(true, 'a')))],
      gives: { a: 'pve2', b: 'pve1' },
      free: [40, 20],
    },
    {
      situation: 'refuses a target_node that a required wish rules out',
      vms: [sized('a', 4, { targetNode: 'pve1' }), sized('b', 4, { targetNode: 'pve1', ...wish(apart(true, 'a')) })],
      gives: { a: 'pve1', b: 'TargetNodeUnfit' },
    },
    {
      situation: 'takes its target_node whatever it prefers',
      vms: [sized('b', 4, { targetNode: 'pve1', ...wish(avoid(false, 'pve1')) })],
      gives: { b: 'pve1' },
    },
    {
      situation: 'packs a range on one node while that has room',
      vms: ['a', 'b', 'c'].map((name) => sized(name, 9, wish({ kind: 'pack', required: false }))),
      free: [30, 26],
      gives: { a: 'pve1', b: 'pve1', c: 'pve1' },
    },
    {
      situation: 'packs a range on two nodes when one has no room for all',
      vms: ['a', 'b', 'c'].map((name) => sized(name, 12, wish({ kind: 'pack', required: false }))),
      free: [30, 26],
      gives: { a: 'pve1', b: 'pve1', c: 'pve2' },
    },
    {
      situation: 'packs a range on the one node that has room for all when it must',
      vms: ['a', 'b', 'c'].map((name) => sized(name, 10, wish({ kind: 'pack', required: true }))),
      free: [25, 30, 26],
      gives: { a: 'pve2', b: 'pve2', c: 'pve2' },
    },
    {
      situation: 'spreads a range over nodes, and doubles up when there are no more',
      vms: ['a', 'b', 'c'].map((name) => sized(name, 2, wish({ kind: 'spread', required: false }))),
      free: [60, 20],
      gives: { a: 'pve1', b: 'pve2', c: 'pve1' },
    },
    {
      situation: 'creates no VM more than there are nodes when it must spread',
      vms: ['a', 'c', 'b'].map((name) => sized(name, 2, wish({ kind: 'spread', required: true }))),
      free: [60, 20],
      gives: { a: 'pve1', c: 'pve2', b: 'NoNodeFits' },
      says: /pve1 has a, and apart_from it is required/,
    },
  ]
  for (const { situation, vms, free = [40, 20], where = {}, gives, says } of rows)
    it(situation, () => {
      const made = placeIn(nodes(...free), where, ranged('JD', ...vms))
      expect(nodesOf(made)).to.deep.equal(gives)
      if (says !== undefined) expect(messageOf(made, 'b')).to.match(says)
    })

  it('waits with a required wish until Proxmox tells where the other VM is', () => {
    const spec = ranged('JD', sized('b', 4, wish(together(true, 'old'))), sized('old', 4))
    const group = groupOf(spec, { old: 'pve1' })
    const unknown = { ...group, whereabouts: { nodeOf: new Map<string, string>(), unknown: new Set(['old']) } }
    const seen = nodes(40, 20)
    const made = placeRequests([unknown], capacityOf(seen, []), siteOf(seen), settings())
    expect(messageOf(made, 'b')).to.match(/Proxmox does not tell yet where old is/)
  })
})
