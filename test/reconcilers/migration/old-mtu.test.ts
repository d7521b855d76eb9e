import { expect } from 'chai'
import { processOf, runsWithOldMtu, whyUntoldMtu } from '../../../reconcilers/migration/old-mtu.ts'

const AFTER = 'virtio=BC:24:11:00:00:01,bridge=r1,tag=10'
const PROCESS = { node: 'pve1', pid: 4711, uptimeSeconds: 600 }
const NIC = { name: 'a', vmid: 101, after: AFTER, writtenAt: 1_000_000 }
const VM = { node: 'pve1', running: true, pid: 4711, uptimeSeconds: 700 }
/** By the clock of this machine just now, or after it was set by an hour. */
const CLOCKS = [1_100_000, 1_100_000 - 3_600_000, 1_100_000 + 3_600_000]

describe('whether a VM runs with the MTU of its bridge', () => {
  const isOld = (nic: Partial<Parameters<typeof runsWithOldMtu>[0]>, vm: Partial<typeof VM> = {}) =>
    CLOCKS.map((now) => runsWithOldMtu({ ...NIC, ...nic }, { ...VM, ...vm }, now, 1450))

  it('is told by the process that was there when its NIC was written, whatever the clock was set to', () => {
    expect(isOld({ process: PROCESS })).to.deep.equal([true, true, true])
    expect(isOld({ process: PROCESS }, { pid: 4712 })).to.deep.equal([false, false, false])
    // After a boot of its node, numbers of processes begin anew.
    expect(isOld({ process: PROCESS }, { uptimeSeconds: 50 })).to.deep.equal([false, false, false])
    expect(isOld({ process: 'later' })).to.deep.equal([false, false, false])
    expect(isOld({}), 'by the clock where nothing else is known').to.deep.equal([true, true, false])
  })

  it('is noted of a VM that was off, or was started between its write and the look, as started later', () => {
    expect(processOf(NIC, { running: false }, 1_010_000)).to.equal('later')
    expect(processOf(NIC, { running: true, process: PROCESS }, 1_010_000)).to.equal(PROCESS)
    expect(processOf(NIC, { running: true, process: { ...PROCESS, uptimeSeconds: 5 } }, 1_010_000)).to.equal('later')
    expect(processOf(NIC, { running: true }, 1_010_000)).to.equal(undefined)
  })

  it('is not told of one that runs on another node since', () => {
    const why = (node: string, nic = {}) =>
      whyUntoldMtu({ ...NIC, process: PROCESS, ...nic }, { node, running: true }, 1450)
    expect(why('pve2')).to.match(
      /^vm a was on pve1 when its NICs moved, and is on pve2 now: .*qm reboot 101 \(on pve2\)$/,
    )
    expect([
      why('pve1'),
      why('pve2', { process: 'later' }),
      why('pve2', { after: AFTER.replace('virtio', 'e1000') }),
    ]).to.deep.equal([undefined, undefined, undefined])
  })
})
