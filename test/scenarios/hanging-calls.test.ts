import { expect } from 'chai'
import { isLong, longSeed } from '../runner/long-runs.ts'
import { courseWith, type Hang, HANGS, type Moment, NODES } from './hanging-calls.ts'

/**
 * So long a range may take, in milliseconds: up to 10 s until Proxmox' list tells of a new VM, whatever hangs, and the few seconds in
 * which a look gives a node its chance to answer. A reload counts as one that hangs after 30 s. Where an apply can't even reach a node
 * each further one stands there as well, and comes to the others first by chance.
 */
const MOST_MS = { call: 20_000, reload: 60_000, way: 300_000 } as const
const PATIENCE_MS = MOST_MS.way + 10_000

interface Case {
  readonly hang: Hang
  readonly node: string
  readonly moment: Moment
}

const CASES = HANGS.flatMap((hang) =>
  NODES.flatMap((node) => (['at work', 'at the start'] as const).map((moment): Case => ({ hang, node, moment }))),
)
const EXAMPLES: ReadonlySet<string> = new Set(['GET /nodes/{node}/qemu/{vmid}/config pve2 at the start'])
/** A third of them in each long run, of each call some; all with `LANISTA_HANGS=all`. */
const third = longSeed ?? Math.floor(Math.random() * 3)
const CHOSEN =
  process.env['LANISTA_HANGS'] === 'all'
    ? CASES
    : CASES.filter((each, index) => (index + HANGS.indexOf(each.hang)) % 3 === third % 3)
const titleOf = ({ hang, node, moment }: Case): string => `${hang.name} ${node} ${moment}`

describe('whatever of a node hangs for ever', () => {
  for (const each of isLong ? CHOSEN : CASES.filter((one) => EXAMPLES.has(titleOf(one))))
    it(`holds up no range that does not need the node: ${titleOf(each)}`, async () => {
      const { hang, node, moment } = each
      const { changed, fresh, told } = await courseWith(
        hang,
        node,
        moment,
        Math.min(PATIENCE_MS, 2 * MOST_MS[hang.kind]),
      )
      const most = MOST_MS[hang.kind]
      expect(changed, told).to.be.at.most(most)
      // An apply would reload the node, and nobody knows what is staged there: only new networks wait for that.
      if (hang.name === 'GET /nodes/{node}/network')
        expect(told).to.match(new RegExp(`^NodeNetworkUntold: .*node ${node}, which`))
      else expect(fresh, told).to.be.at.most(most)
    })
})
