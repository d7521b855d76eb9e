import { expect } from 'chai'
import sinon from 'sinon'
import { VmExecutor } from '../../../controllers/machine/vm-executor.ts'
import type { RemoveAssignment } from '../../../controllers/machine/vm-assignment.ts'
import { VmRemover } from '../../../controllers/machine/vm-remover.ts'
import { VmWorker } from '../../../controllers/machine/vm-worker.ts'
import { VmsUnderWay } from '../../../controllers/machine/vms-under-way.ts'
import { InFlight } from '../../../controllers/pace/in-flight.ts'
import type { Outcome } from '../../../model/outcome.ts'
import { settled } from '../../builders/quiet.ts'

const removal = (): RemoveAssignment => ({
  kind: 'remove',
  order: { rangeId: 'JD', why: 'its file says state: absent', scope: { kind: 'named', names: ['JD-DC01'] } },
  vmid: 1_010_011,
  name: 'JD-DC01',
  node: 'pve1',
  check: () => Promise.resolve(),
  tell: () => undefined,
  onGone: () => undefined,
})

describe('VmExecutor', () => {
  it('lets others wait for its work and see it, and hands on what takes it back', async () => {
    const [inFlight, underWay] = [new InFlight(new AbortController().signal), new VmsUnderWay()]
    const remover = sinon.createStubInstance(VmRemover)
    let end: (outcome: Outcome) => void = () => undefined
    remover.remove.returns(new Promise((resolve) => (end = resolve)))
    const executor = new VmExecutor(sinon.createStubInstance(VmWorker), remover, underWay, inFlight)
    const [assignment, { signal: withdrawn }] = [removal(), new AbortController()]
    const outcome = executor.work(assignment, withdrawn)
    const isSettled = sinon.spy()
    void inFlight.settled().then(isSettled)
    await settled()
    expect(isSettled.called).to.equal(false)
    expect(underWay.all().map(({ vmid, node }) => [vmid, node])).to.deep.equal([[1_010_011, 'pve1']])
    const [handed, permit] = remover.remove.firstCall.args
    expect([handed, permit.signal, permit.withdrawn, permit.check]).to.have.ordered.members([
      assignment,
      inFlight.signal,
      withdrawn,
      assignment.check,
    ])
    end({ kind: 'settled' })
    expect(await outcome).to.deep.equal({ kind: 'settled' })
    await settled()
    expect(isSettled.called).to.equal(true)
    expect(underWay.all()).to.deep.equal([])
  })
})
