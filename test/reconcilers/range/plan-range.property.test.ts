import { expect } from 'chai'
import fc from 'fast-check'
import { ownerMark } from '../../../model/identity.ts'
import { networkModeOf } from '../../../reconcilers/network-mode.ts'
import type { Action } from '../../../model/plan/actions.ts'
import { actionsOf } from '../../../model/plan/actions-of.ts'
import type { RangePlan } from '../../../model/plan/range-plan.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { planRange } from '../../builders/plan-range.ts'
import { achieve } from '../../builders/achieve.ts'
import { anyCluster, anyRanges, reversed } from '../../builders/any-cluster.ts'
import { rangeBridge, singleNode, zone } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'
import { runs } from '../../runner/long-runs.ts'

/** The same on a single node, with bridges of anybody. */
const anySingleNode: fc.Arbitrary<ClusterSnapshot> = fc
  .record({
    seen: anyCluster,
    bridges: fc.uniqueArray(
      fc.record({
        number: fc.integer({ min: 1, max: 3 }),
        comment: fc.constantFrom(undefined, 'lab', ...['JD', 'JD', 'KL'].map(ownerMark)),
        vlanAware: fc.boolean(),
        active: fc.boolean(),
      }),
      { selector: ({ number }) => number },
    ),
  })
  .map(({ seen: { guests, pools }, bridges }) =>
    singleNode(
      bridges.map(({ number, ...traits }) => rangeBridge(number, '', traits)),
      { guests, pools },
    ),
  )

const anyRange = anyRanges.map(([first]) => first!)
const SETTINGS = settings({ aclGroup: 'ludus_users' })
const plan = (spec: RangeSpec, seen: ClusterSnapshot) =>
  planRange(spec, seen, NO_PROMISES, SETTINGS, networkModeOf(seen, SETTINGS))
function forAnyPlan(check: (plan: RangePlan, seen: ClusterSnapshot, spec: RangeSpec) => void): void {
  fc.assert(
    fc.property(anyRange, fc.oneof(anyCluster, anySingleNode), (spec, seen) => {
      const made = plan(spec, seen)
      if (made.kind === 'planned') check(made.plan, seen, spec)
    }),
    { numRuns: runs(300) },
  )
}

/** The closed set of what a plan can say: nothing that moves a VM or removes one that was made, nothing about a zone. */
const KINDS: Readonly<Record<Action['kind'], true>> = {
  'create-pool': true,
  'create-vnet': true,
  'update-vnet': true,
  'delete-vnet': true,
  'apply-sdn': true,
  'grant-acl': true,
  'create-bridge': true,
  'update-bridge': true,
  'delete-bridge': true,
  'activate-network': true,
  'clone-vm': true,
  'configure-vm': true,
  'start-vm': true,
  'shutdown-vm': true,
  'remove-leftover': true,
}

describe('planRange, for any cluster and range', () => {
  it('plans nothing but what the closed set of actions has', () => {
    forAnyPlan((made) => {
      for (const { kind, reason } of actionsOf(made)) {
        expect(KINDS).to.have.property(kind)
        expect(reason).not.to.equal('')
      }
    })
  })

  it('plans less and less until nothing is left', () => {
    forAnyPlan((made, seen, spec) => {
      const again = plan(spec, achieve(made, spec, seen))
      const left = again.kind === 'planned' ? actionsOf(again.plan) : []
      const gone = again.kind === 'refused' ? again.finding.message : ''
      expect({ left, gone }).to.deep.equal({ left: [], gone: '' })
    })
  })

  it('plans the same whatever the order of anything', () => {
    fc.assert(
      fc.property(anyRange, anyCluster, (spec, seen) => {
        const gist = (each: ClusterSnapshot) => {
          const made = plan(spec, each)
          return made.kind === 'planned' ? actionsOf(made.plan) : made.finding.reason
        }
        expect(gist(reversed(seen))).to.deep.equal(gist(seen))
      }),
    )
  })

  it('never acts on an existing VM elsewhere than where it is', () => {
    forAnyPlan((made, { guests }) => {
      for (const action of actionsOf(made)) {
        if (!('vmid' in action)) continue
        const existing = guests.find(({ vmid }) => vmid === action.vmid)
        if (action.kind === 'clone-vm') expect(existing).to.equal(undefined)
        else if (existing !== undefined) expect(action.node).to.equal(existing.node)
      }
    })
  })

  it('never gives a VM to a node that the zone does not reach', () => {
    const anyPart = fc.tuple(anyRange, anyCluster, fc.infiniteStream(fc.boolean()))
    fc.assert(
      fc.property(anyPart, ([spec, seen, listed]) => {
        const peers = seen.nodes.filter(() => listed.next().value).flatMap(({ address }) => address ?? [])
        const made = plan(spec, { ...seen, zones: [zone(seen.nodes, { peers })] })
        if (made.kind === 'refused') return
        const reached = seen.nodes.filter(({ address }) => peers.includes(address ?? '')).map(({ name }) => name)
        for (const action of actionsOf(made.plan))
          if (action.kind === 'clone-vm') expect(reached).to.include(action.node)
      }),
      { numRuns: runs(300) },
    )
  })

  it("never acts on a VM outside the range's pool, a template, or a locked VM", () => {
    forAnyPlan((made, { guests }, spec) => {
      for (const action of actionsOf(made)) {
        const existing = 'vmid' in action ? guests.find(({ vmid }) => vmid === action.vmid) : undefined
        if (existing === undefined) continue
        expect(existing).to.include({ pool: spec.id, template: false, kind: 'qemu', lock: undefined })
        expect(existing.status === 'running').to.equal(action.kind === 'shutdown-vm')
        if (action.kind === 'shutdown-vm') expect(spec.power).to.equal('off')
      }
    })
  })

  it("never writes a VNet that is not the range's own", () => {
    forAnyPlan((made, { vnets }, spec) => {
      for (const action of made.network.actions) {
        if (action.kind !== 'create-vnet' && action.kind !== 'update-vnet') continue
        expect(['ludusnat', `r${made.number}`]).to.include(action.vnet)
        const alias = vnets.find(({ name }) => name === action.vnet)?.configured?.alias
        if (action.kind === 'update-vnet') {
          const byTheAuthorsWord = alias === undefined && spec.number === made.number
          expect(alias === ownerMark(spec.id) || byTheAuthorsWord, `alias ${alias}`).to.equal(true)
        }
      }
    })
  })

  it("never writes a bridge that is not the range's own, and activates at most once", () => {
    forAnyPlan((made, { nodeNetworks, guests }, spec) => {
      const { actions } = made.network
      expect(actions.filter(({ kind }) => kind === 'activate-network').length).to.be.at.most(1)
      for (const action of actions) {
        if (action.kind !== 'create-bridge' && action.kind !== 'update-bridge') continue
        expect(action.bridge).to.equal(`vmbr${1000 + made.number}`)
        const before = nodeNetworks[0]?.interfaces.find(({ name }) => name === action.bridge)?.comment
        const vouched = spec.number === made.number || guests.some(({ pool }) => pool === spec.id)
        if (action.kind === 'update-bridge')
          expect(before === ownerMark(spec.id) || (before === undefined && vouched), `comment ${before}`).to.equal(true)
      }
    })
  })

  it('never acts on two VMs under one VMID or name', () => {
    forAnyPlan((made) => {
      const begun = made.vms.filter(({ step }) => step.kind === 'create' || step.kind === 'continue')
      expect(new Set(begun.map(({ vmid }) => vmid)).size).to.equal(begun.length)
      expect(new Set(begun.map(({ spec }) => spec.name)).size).to.equal(begun.length)
    })
  })
})
