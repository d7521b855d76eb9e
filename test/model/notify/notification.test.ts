import { expect } from 'chai'
import { notificationOf } from '../../../model/notify/notification.ts'
import { type RangeStatus, readyConditionOf } from '../../../model/range-status.ts'
import { stated, rangeStatus, vmStatus } from '../../builders/status.ts'

const told = (status: RangeStatus) => {
  const ready = readyConditionOf(status)
  if (ready === undefined) throw new Error('it has no Ready')
  return notificationOf(status, ready)
}

describe('what is told of a range', () => {
  const vms = [vmStatus('a'), vmStatus('b', { phase: 'cloning' })]

  it('is that it is Ready, with its number, network and VMs', () => {
    expect(told(rangeStatus('JD', [vmStatus('a')]))).to.deep.equal({
      range: 'JD',
      ready: true,
      reason: 'Ready',
      title: 'range JD is Ready',
      message: 'range JD (number 1, 10.1.0.0/16) is Ready: 1 of 1 VMs are running',
      number: 1,
      vms: { running: 1, total: 1 },
    })
  })

  it('is why it is not, cut and without characters that act', () => {
    const finding = { reason: 'VmBlocked', message: `vm b:\n${'x'.repeat(3000)}` }
    const { title, message, ready, vms: counted } = told({ ...rangeStatus('JD', vms, finding), number: undefined })
    expect([title, ready, counted]).to.deep.equal(['range JD is not Ready', false, { running: 1, total: 2 }])
    expect(message)
      .to.match(/^range JD is not Ready: VmBlocked: vm b:\\nx+…$/)
      .with.length.below(1600)
  })

  it('is that nothing is left of a range that was to go', () => {
    const status = rangeStatus('JD', [])
    const absent = { type: 'Ready', status: 'True', reason: 'Absent', message: '' } as const
    expect(told({ ...status, number: undefined, conditions: stated(absent) })).to.include({
      title: 'range JD is gone',
      message: 'range JD is gone: nothing of it is left, as its file asks',
    })
  })
})
