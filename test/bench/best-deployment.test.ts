import { expect } from 'chai'
import fc from 'fast-check'
import { bestDeployment, type Deployment } from './best-deployment.ts'
import { runs } from '../runner/long-runs.ts'

const deployment = (traits: Partial<Deployment> = {}): Deployment => ({
  vms: 4,
  clone: 8,
  start: 3,
  networks: 0,
  storage: { start: 8, most: 48 },
  starts: 12,
  ...traits,
})

describe('the best possible deployment', () => {
  const rows: readonly (readonly [string, Partial<Deployment>, number])[] = [
    ['clones and starts all VMs at once where there is room', {}, 11],
    ['clones one after the other where one at a time is all there ever is', { storage: { start: 1, most: 1 } }, 35],
    ['clones two where one went well: 1, then 2, then the last', { storage: { start: 1, most: 48 } }, 27],
    ['allows no more than the most: 1, then 2, then the last', { vms: 5, storage: { start: 1, most: 2 } }, 27],
    ['doubles from wave to wave: 8, 16, 32, then the last four', { vms: 60 }, 35],
    ['clones 48, then the last twelve', { vms: 60, storage: { start: 48, most: 48 } }, 23],
    ['starts in turns where there is room for few', { starts: 2 }, 14],
    ['starts nothing before the networks are in force', { networks: 60 }, 63],
    ['waits for no network that is in force before the first clone is done', { networks: 8 }, 11],
    ['takes no time for no VM', { vms: 0 }, 0],
  ]
  for (const [situation, traits, seconds] of rows)
    it(situation, () => {
      expect(bestDeployment(deployment(traits))).to.equal(seconds)
    })

  it('is never beaten by any schedule of few VMs on two nodes, and is reached where both nodes count as one', () => {
    const tiny = fc.record({
      vmsOnNodes: fc.constantFrom<readonly number[]>([1, 0], [2, 0], [1, 1], [3, 0], [2, 1], [2, 2], [4, 0], [3, 1]),
      clone: fc.integer({ min: 1, max: 3 }),
      start: fc.integer({ min: 1, max: 3 }),
      networks: fc.integer({ min: 0, max: 5 }),
      first: fc.integer({ min: 1, max: 2 }),
      more: fc.integer({ min: 0, max: 2 }),
      perNode: fc.integer({ min: 1, max: 2 }),
    })
    fc.assert(
      fc.property(tiny, ({ vmsOnNodes, clone, start, networks, first, more, perNode }) => {
        const storage = { start: first, most: first + more }
        const vms = vmsOnNodes.reduce((sum, each) => sum + each, 0)
        const bound = (nodes: number): number =>
          bestDeployment({ vms, clone, start, networks, storage, starts: nodes * perNode })
        const best = quickest({ vmsOnNodes, clone, start, networks, storage, perNode })
        expect(bound(2)).to.be.at.most(best)
        if (vmsOnNodes[1] === 0) expect(bound(1)).to.equal(best)
      }),
      { numRuns: runs(60) },
    )
  })
})

interface Tiny extends Pick<Deployment, 'clone' | 'start' | 'networks' | 'storage'> {
  readonly vmsOnNodes: readonly number[]
  readonly perNode: number
}

/** Where one node's VMs stand: not begun, cloned, and what is left of each clone and start under way. */
interface NodeStanding {
  readonly absent: number
  readonly cloning: readonly number[]
  readonly cloned: number
  readonly starting: readonly number[]
}

/**
 * The end of the quickest schedule, found by trying everything that can be begun, and not begun, at each whole second.
 * As all durations are whole, beginning in between gains nothing.
 */
function quickest({ vmsOnNodes, clone, start, networks, storage, perNode }: Tiny): number {
  let standings = new Map<string, { readonly limit: number; readonly nodes: readonly NodeStanding[] }>()
  const add = (to: typeof standings, limit: number, nodes: readonly NodeStanding[]): void => {
    to.set(JSON.stringify([limit, nodes]), { limit, nodes })
  }
  add(
    standings,
    storage.start,
    vmsOnNodes.map((absent) => ({ absent, cloning: [], cloned: 0, starting: [] })),
  )
  for (let now = 0; ; now++) {
    const next: typeof standings = new Map()
    for (const { limit, nodes } of standings.values()) {
      if (nodes.every(isDone)) return now
      for (const begun of choices(nodes, limit, now >= networks)) {
        const [after, grown] = secondLater(begun, limit)
        add(next, grown, after)
      }
    }
    standings = next
  }

  function* choices(
    nodes: readonly NodeStanding[],
    limit: number,
    mayStart: boolean,
  ): Generator<readonly NodeStanding[]> {
    const [node, ...others] = nodes
    if (node === undefined) return yield []
    const underWay = nodes.reduce((sum, { cloning }) => sum + cloning.length, 0)
    for (let clones = 0; clones <= Math.min(node.absent, limit - underWay); clones++)
      for (let starts = 0; starts <= (mayStart ? Math.min(node.cloned, perNode - node.starting.length) : 0); starts++)
        for (const rest of choices(others, limit - node.cloning.length - clones, mayStart))
          yield [
            {
              absent: node.absent - clones,
              cloning: [...node.cloning, ...Array.from({ length: clones }, () => clone)],
              cloned: node.cloned - starts,
              starting: [...node.starting, ...Array.from({ length: starts }, () => start)],
            },
            ...rest,
          ]
  }

  /** Each clone that ends raises the limit if the storage is full then; the next to begin takes its place at once. */
  function secondLater(nodes: readonly NodeStanding[], limit: number): readonly [readonly NodeStanding[], number] {
    const full = nodes.reduce((sum, { cloning }) => sum + cloning.length, 0) >= limit
    let grown = limit
    const after = nodes.map(({ absent, cloning, cloned, starting }) => {
      const ended = cloning.filter((left) => left === 1).length
      if (full) grown = Math.min(storage.most, grown + ended)
      return {
        absent,
        cloning: cloning.flatMap((left) => (left === 1 ? [] : [left - 1])),
        cloned: cloned + ended,
        starting: starting.flatMap((left) => (left === 1 ? [] : [left - 1])),
      }
    })
    return [after, grown]
  }
}

const isDone = ({ absent, cloning, cloned, starting }: NodeStanding): boolean =>
  absent === 0 && cloning.length === 0 && cloned === 0 && starting.length === 0
