import { expect } from 'chai'
import { createClockLooks } from '../../../adapters/proxmox/clock-looks.ts'
import { createHosts } from '../../../adapters/proxmox/hosts.ts'
import { createTaskRecord, type TaskSeen } from '../../../adapters/proxmox/task-record.ts'

describe('what stands of the way to Proxmox', () => {
  it('tells of a host that failed or was passed over, for as long as that counts', () => {
    const time = { now: 0 }
    const [one, other] = [{ url: 'https://pve1' }, { url: 'https://pve2' }]
    const hosts = createHosts([one, other], {
      clock: { now: () => time.now, steady: () => time.now, sleep: () => Promise.resolve() },
      random: () => 0,
    })
    const states = (): readonly string[] => [one, other].map((host) => hosts.standingOf(host))
    expect(states()).to.deep.equal(['asked', 'asked'])
    hosts.failed(one, 'refused')
    hosts.passOver(other)
    expect(states()).to.deep.equal(['aside', 'passedOver'])
    time.now = 600
    expect(states()).to.deep.equal(['asked', 'passedOver'])
    time.now = 60_000
    expect(states()).to.deep.equal(['asked', 'asked'])
  })

  it('tells how far the clock of a host is from our own, within half a second', () => {
    const clocks = createClockLooks({ now: () => 100_700 })
    expect(clocks.aheadOf('pve1')).to.equal(undefined)
    clocks.saw('pve1', undefined)
    expect(clocks.aheadOf('pve1')).to.equal(undefined)
    clocks.saw('pve1', 100_000)
    expect(Math.abs(clocks.aheadOf('pve1') ?? NaN)).to.be.below(0.5)
    clocks.saw('pve1', 40_000)
    expect(clocks.aheadOf('pve1')).to.be.closeTo(-60, 0.5)
  })

  it('tells of tasks that run, and how those that have ended did', () => {
    const time = { now: 0 }
    const ended: TaskSeen[] = []
    const record = createTaskRecord({ now: () => time.now }, (seen) => ended.push(seen))
    const first = record.begin('qmclone')
    record.begin('qmclone')
    expect([...record.running()]).to.deep.equal([['qmclone', 2]])
    time.now = 1500
    first('task-failed')
    expect([...record.running()]).to.deep.equal([['qmclone', 1]])
    expect(ended).to.deep.equal([{ type: 'qmclone', outcome: 'task-failed', seconds: 1.5 }])
  })
})
