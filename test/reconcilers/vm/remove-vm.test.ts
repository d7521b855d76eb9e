import { expect } from 'chai'
import { always, type Permit, Withdrawn } from '../../../model/permit.ts'
import type { MachineRead, PoolRead } from '../../../model/machine-ports.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { removeVm } from '../../../reconcilers/vm/remove-vm.ts'
import { FakeMachines, machine } from '../../builders/fake-machines.ts'

const VMID = 1_010_011
const vm = { rangeId: 'JD', vmid: VMID, name: 'JD-DC01' }
const TAGS = ['jd', 'lanista']
const dc = (traits: Partial<MachineRead> = {}): MachineRead =>
  machine(VMID, 'JD-DC01', { tags: TAGS, running: true, ...traits })
const [DOWN, STOP, DESTROY] = ['shutdown', 'stop', 'destroy'].map((call) => `${call} ${VMID} on pve1`)
const IN_POOL: PoolRead = { comment: undefined, guests: [VMID], nodes: new Map() }

/** What came of it, and what was written. */
async function removal(
  machines: FakeMachines,
  pool: () => PoolRead | undefined = () => IN_POOL,
  permit: Permit = always(new AbortController().signal),
) {
  const phases: string[] = []
  const pools = { read: () => Promise.resolve(pool()) }
  const work = { vm, node: 'pve1', machines, pools, now: () => 0, permit }
  const removed = await removeVm(work, (phase) => phases.push(phase))
  return { removed: removed.kind === 'gone' ? 'gone' : removed.why, writes: machines.writes, phases }
}

describe('removing a VM', () => {
  it('shuts it down, then deletes it, and looks before each', async () => {
    const machines = new FakeMachines(dc())
    expect(await removal(machines)).to.deep.equal({
      removed: 'gone',
      writes: [DOWN, DESTROY],
      phases: ['stopping', 'deleting'],
    })
    expect(machines.journal.map((call) => call.split(' ')[0])).to.deep.equal([
      'read',
      'shutdown',
      'read',
      'destroy',
      'read',
    ])
  })

  it('only deletes one that is off', async () => {
    expect((await removal(new FakeMachines(dc({ running: false })))).writes).to.deep.equal([DESTROY])
  })

  it('stops one that is paused, as its guest hears nothing', async () => {
    expect((await removal(new FakeMachines(dc({ paused: true })))).writes).to.deep.equal([STOP, DESTROY])
  })

  it('has nothing to do with one that is gone', async () => {
    expect((await removal(new FakeMachines())).writes).to.deep.equal([])
  })

  it('leaves one that has left the pool, or whose pool is gone', async () => {
    for (const pool of [{ ...IN_POOL, guests: [] }, undefined])
      expect(await removal(new FakeMachines(dc()), () => pool)).to.deep.include({
        removed: `vm ${VMID} is no longer in pool JD`,
        writes: [],
      })
  })

  const signs: readonly (readonly [what: string, traits: Partial<MachineRead>, says: string])[] = [
    ['has another name', { name: 'precious' }, 'is called precious by now'],
    ['has lost a tag', { tags: ['lanista'] }, 'lacks the tags lanista and jd'],
    ['is a template', { template: true }, 'has become a template'],
    ['is protected', { config: { protection: '1' } }, 'is protected; if it is to go: qm set 1010011 --protection 0'],
    ['is locked', { lock: 'backup' }, 'is locked (backup)'],
  ]
  for (const [what, traits, says] of signs) {
    it(`leaves one that ${what}`, async () => {
      const { removed, writes } = await removal(new FakeMachines(dc(traits)))
      expect(removed).to.contain(says)
      expect(writes).to.deep.equal([])
    })

    it(`does not delete one that ${what} once it is off`, async () => {
      const machines = new FakeMachines(dc())
      machines.onCall = (call) => {
        if (call === 'shutdown') machines.machines.set(VMID, dc(traits))
      }
      const { removed, writes } = await removal(machines)
      expect(removed).to.contain(says)
      expect(writes).to.deep.equal([DOWN])
    })
  }

  it('looks again after a write without an answer, whether it happened or not', async () => {
    for (const call of ['shutdown', 'destroy'] as const) {
      for (const happens of [true, false]) {
        const machines = new FakeMachines(dc()).fail(call, 'timeout-unknown-outcome', happens)
        const { removed, writes } = await removal(machines)
        expect(removed, `${call} ${happens}`).to.equal('gone')
        expect(writes.length, `${call} ${happens}`).to.equal(happens ? 2 : 3)
      }
    }
  })

  it('gives up one that somebody starts again and again', async () => {
    const machines = new FakeMachines(dc())
    machines.onCall = (call) => {
      if (call === 'read') machines.machines.set(VMID, dc())
    }
    const failed = await removal(machines).catch((error: unknown) => String(error))
    expect(failed).to.equal(`Error: VM ${VMID} on pve1 is still there after 8 attempts to remove it`)
    expect(new Set(machines.writes)).to.deep.equal(new Set([DOWN]))
  })

  it('throws what Proxmox refuses', async () => {
    const machines = new FakeMachines(dc()).fail('shutdown', 'forbidden')
    const failed: unknown = await removal(machines).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(ProxmoxError)
    expect(machines.writes).to.deep.equal([DOWN])
  })

  it('does not go on with one that is to stay after all, without another look', async () => {
    const machines = new FakeMachines(dc())
    const withdraw = new AbortController()
    machines.onCall = (call) => {
      if (call === 'shutdown') withdraw.abort(new Withdrawn('the range is to stay'))
    }
    const permit = { ...always(new AbortController().signal), withdrawn: withdraw.signal }
    const failed: unknown = await removal(machines, undefined, permit).catch((error: unknown) => error)
    expect(failed).to.equal(withdraw.signal.reason)
    expect(machines.journal.map((call) => call.split(' ')[0])).to.deep.equal(['read', 'shutdown'])
  })
})
