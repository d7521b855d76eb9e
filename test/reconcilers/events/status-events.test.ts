import { expect } from 'chai'
import type { RangeStatus, VmStatus } from '../../../model/range-status.ts'
import { lookEvents } from '../../../reconcilers/events/look-events.ts'
import { statusEvents } from '../../../reconcilers/events/status-events.ts'
import { cluster } from '../../builders/cluster.ts'
import { rangeStatus, stated, vmStatus } from '../../builders/status.ts'

const told = (before: RangeStatus | undefined, after: RangeStatus): readonly string[] =>
  statusEvents(before, after).map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
const withVm = (traits: Partial<VmStatus>): RangeStatus => rangeStatus('JD', [vmStatus('JD-a', traits)])

describe('events of a range', () => {
  it('are its states, each when it begins, and each other reason for not being Ready', () => {
    const ready = rangeStatus('JD', [])
    const failed = rangeStatus('JD', [], { reason: 'VmTrouble', message: 'vm JD-a: no node fits' })
    const other = rangeStatus('JD', [], { reason: 'NetworkFailed', message: 'range JD: no network' })
    expect(told(undefined, ready)).to.deep.equal(['Normal Ready: network and machines are as the range file asks'])
    expect(told(ready, ready)).to.deep.equal([])
    expect(told(ready, failed)).to.deep.equal(['Warning VmTrouble: vm JD-a: no node fits'])
    expect(told(failed, other)).to.deep.equal(['Warning NetworkFailed: range JD: no network'])
    expect(told(ready, rangeStatus('JD', [], { reason: 'Progressing', message: '1 of 2' }))).to.deep.equal([
      'Normal Progressing: range JD: 1 of 2',
    ])
  })

  it('are none where a restart finds what there was', () => {
    const before = { conditions: rangeStatus('JD', []).conditions }
    expect(statusEvents(before, withVm({ phase: 'running' }))).to.deep.equal([])
  })

  it('are the steps of its VMs and each trouble, but not that what was unknown is there', () => {
    expect(told(withVm({ phase: 'absent' }), withVm({ phase: 'cloning', why: 'most free memory' }))).to.deep.equal([
      'Normal Cloning: vm JD-a: cloning on pve1: most free memory',
    ])
    expect(told(withVm({ phase: 'unknown' }), withVm({ phase: 'running' }))).to.deep.equal([])
    const trouble = withVm({ phase: 'blocked', trouble: 'vm JD-a: it is locked', reason: 'Locked' })
    expect(told(withVm({ phase: 'absent' }), trouble)).to.deep.equal(['Warning Locked: vm JD-a: it is locked'])
    expect(told(trouble, trouble)).to.deep.equal([])
  })

  it('are that a newer content of its file is held back', () => {
    const ready = rangeStatus('JD', [])
    const held = { type: 'UpToDate', status: 'False', reason: 'Frozen', message: 'range JD: frozen' } as const
    const after = { ...ready, conditions: [...stated(held), ...ready.conditions] }
    expect(told(ready, after)).to.deep.equal(['Normal Frozen: range JD: frozen'])
    expect(told(after, after)).to.deep.equal([])
  })
})

describe('events of the cluster', () => {
  const seen = cluster({})
  const [first, ...others] = seen.nodes
  if (first === undefined) throw new Error('no node')
  const reasons = (before: typeof seen | undefined, after: typeof seen): readonly string[] =>
    lookEvents(before, after).map(({ type, reason, object }) => `${type} ${reason} ${object.name}`)

  it('are nodes that go, fall silent, come back, or leave, and the quorum', () => {
    const off = { ...seen, nodes: [{ ...first, online: false, inCluster: false }, ...others] }
    const silent = { ...seen, nodes: [{ ...first, online: false, inCluster: true }, ...others] }
    expect(reasons(undefined, off)).to.deep.equal([])
    expect(reasons(seen, off)).to.deep.equal([`Warning NodeOffline ${first.name}`])
    expect(reasons(seen, silent)).to.deep.equal([`Warning NodeSilent ${first.name}`])
    expect(reasons(off, seen)).to.deep.equal([`Normal NodeOnline ${first.name}`])
    expect(reasons(seen, { ...seen, nodes: others })).to.deep.equal([`Warning NodeLeft ${first.name}`])
    expect(reasons(seen, { ...seen, quorate: false })).to.deep.equal(['Warning NoQuorum cluster'])
  })
})
