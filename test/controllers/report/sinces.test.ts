import { expect } from 'chai'
import { SinceWhen, sincesOf } from '../../../controllers/report/sinces.ts'
import type { Condition } from '../../../model/condition.ts'
import type { RangeNews } from '../../../model/range-status.ts'
import { vmStatus } from '../../builders/status.ts'

const newsOf = (
  ready: Omit<Condition, 'type' | 'message'>,
  phase: 'running' | 'starting' | 'unknown' = 'running',
): RangeNews => ({
  id: 'JD',
  source: 'JD.yml',
  number: 1,
  conditions: [{ type: 'Ready', message: '', ...ready }],
  diagnostics: [],
  vms: [vmStatus('JD-DC01', { phase })],
  networks: [],
})
const READY = { status: 'True', reason: 'Ready' } as const
const WORKING = { status: 'False', reason: 'Progressing' } as const
const FAILED = { status: 'False', reason: 'VmTrouble' } as const

describe('since when', () => {
  const at = (milliseconds: number): string => new Date(milliseconds).toISOString()
  let now = 0
  const sinceWhen = (): SinceWhen => new SinceWhen({ now: () => now })
  beforeEach(() => {
    now = 0
  })

  it('stays while a condition has the same status, whatever its reason', () => {
    const sinces = sinceWhen()
    const first = sinces.of(newsOf(WORKING), undefined)
    now = 1000
    const second = sinces.of(newsOf(FAILED), { ...first, changedAt: at(0) })
    expect(second.conditions[0]?.lastTransitionTime).to.equal(at(0))
    // In one word it is another: it was worked on, and now something is in the way.
    expect(second.since).to.equal(at(1000))
  })

  it('is now for what has changed', () => {
    const sinces = sinceWhen()
    const first = sinces.of(newsOf(WORKING, 'starting'), undefined)
    now = 1000
    const { since, conditions, vms } = sinces.of(newsOf(READY), { ...first, changedAt: at(0) })
    expect([since, conditions[0]?.lastTransitionTime, vms[0]?.since]).to.deep.equal([at(1000), at(1000), at(1000)])
  })

  it('goes on over a restart, as far as the earlier life told the same', () => {
    const before = sinceWhen().of(newsOf(READY), undefined)
    now = 1000
    const sinces = sinceWhen()
    sinces.startFrom('JD', sincesOf({ ...before, changedAt: at(0) }))
    const { since, conditions, vms } = sinces.of(newsOf(READY, 'starting'), undefined)
    expect([since, conditions[0]?.lastTransitionTime, vms[0]?.since]).to.deep.equal([at(0), at(0), at(1000)])
  })

  it('is what an earlier life told of what is only looked at for a moment, and now of what was worked on', () => {
    const before = sinceWhen().of(newsOf(READY), undefined)
    const restarted = (phase: 'unknown' | 'starting') => {
      const sinces = sinceWhen()
      sinces.startFrom('JD', sincesOf({ ...before, changedAt: at(0) }))
      now = 1000
      const first = sinces.of(newsOf(WORKING, phase), undefined)
      now = 2000
      const { since, conditions, vms } = sinces.of(newsOf(READY), { ...first, changedAt: at(1000) })
      return [first.since, since, conditions[0]?.lastTransitionTime, vms[0]?.since]
    }
    expect(restarted('unknown')).to.deep.equal([at(1000), at(0), at(0), at(0)])
    expect(restarted('starting')).to.deep.equal([at(1000), at(2000), at(2000), at(2000)])
  })

  it('is told of the content that a condition speaks of', () => {
    const revision = (digest: string) => ({ digest, commit: undefined })
    const revisions = { seen: revision('newer'), actedOn: revision('older'), reached: undefined, held: undefined }
    const news = newsOf(READY)
    const spec = { type: 'SpecValid', status: 'False', reason: 'Invalid', message: '' } as const
    const told = sinceWhen().of({ ...news, conditions: [spec, ...news.conditions], revisions }, undefined)
    expect(told.conditions.map(({ observedRevision }) => observedRevision)).to.deep.equal(['newer', 'older'])
  })
})
