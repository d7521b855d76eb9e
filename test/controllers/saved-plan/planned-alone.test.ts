import { expect } from 'chai'
import { createLanes } from '../../../adapters/proxmox/lanes.ts'
import { connectProxmox } from '../../../adapters/proxmox/connect.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { NotPlanned, plannedAlone } from '../../../controllers/saved-plan/planned-alone.ts'
import { write, writesOf } from '../../../reconcilers/saved-plan/planned-writes.ts'
import { quiet } from '../../builders/quiet.ts'

/** Methods that change nothing, or give back what keeps others out. */
const FREE = new Set(
  'sdn.unlock sdn.pendingSubnets bridges.look machines.read machines.told machines.lastStart machines.audit pools.read reboots.tasksOf'.split(
    ' ',
  ),
)
/** Ports that have no write at all; what they have is sent as it is. */
const READERS = new Set(['observe', 'nics', 'guestNics', 'guestAgents', 'nicLooks', 'guestTasks', 'standing', 'close'])

describe('Proxmox in which only what is planned can be written', () => {
  const clock = systemClock
  const lanes = createLanes({ clock, random: () => 0, isCongestion: () => false })
  const real = connectProxmox(
    { hosts: ['https://127.0.0.1:1'], token: 'u@pve!t=s', tls: { kind: 'system' } },
    { clock, random: () => 0, logger: quiet, lanes },
  )

  it('refuses every write of every port that the plan does not have, before anything is sent', async () => {
    const asked: string[] = []
    for (const [name, port] of Object.entries(real)) {
      if (READERS.has(name)) continue
      const methods: readonly string[] = Object.keys(port)
      expect(methods.length, name).to.be.greaterThan(0)
      const answers = Object.fromEntries(methods.map((method) => [method, () => Promise.resolve('sent')]))
      const guarded: object = plannedAlone({ ...real, [name]: answers }, new Set())
      const own: unknown = Reflect.get(guarded, name)
      if (typeof own !== 'object' || own === null) throw new Error(name)
      expect(Object.keys(own), name).to.have.members([...methods])
      for (const method of methods) {
        asked.push(`${name}.${method}`)
        const call: unknown = Reflect.get(own, method)
        if (typeof call !== 'function') throw new Error(`${name}.${method}`)
        // Enough for any of them: a path, a VMID and the like are text in what is said.
        const outcome: unknown = await Promise.resolve(Reflect.apply(call, own, [{}, 1, {}, {}])).catch(
          (error: unknown) => error,
        )
        if (FREE.has(`${name}.${method}`)) expect(outcome, method).to.equal('sent')
        else expect(outcome, `${name}.${method}`).to.be.instanceOf(NotPlanned)
      }
    }
    expect(asked).to.include.members([...FREE])
    expect(asked).to.include('machines.destroy')
  })

  it('sends what is planned, and what goes with it', () => {
    const on = { vm: 'a', vmid: 7, node: 'pve1', reason: '' }
    const planned = writesOf([
      { kind: 'clone-vm', ...on },
      { kind: 'delete-network', network: 'vnet r1', reason: '' },
      { kind: 'delete-network', network: 'bridge vmbr1001 on pve2', reason: '' },
    ])
    expect([...planned]).to.have.members([
      write.clone('pve1', 7, 'a'),
      write.lockSdn(),
      write.deleteVnet('r1'),
      write.applySdn(),
      write.deleteBridge('pve2', 'vmbr1001'),
      write.activate('pve2'),
      write.revert('pve2'),
    ])
    expect(planned.has(write.clone('pve2', 7, 'a'))).to.equal(false)
  })
})
