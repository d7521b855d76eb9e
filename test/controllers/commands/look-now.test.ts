import { expect } from 'chai'
import { lookNow } from '../../../controllers/commands/look-now.ts'
import type { MachineTold } from '../../../model/machine-ports.ts'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { cluster, guest, node } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'

/** What a look says of these guests of range JD, whose nodes tell this. */
async function look(guests: readonly GuestSeen[], tells: Readonly<Record<string, readonly MachineToldOf[]>>) {
  const asked: string[] = []
  const snapshot = cluster({ nodes: [node('pve1'), node('pve2'), node('pve3', { online: false })], guests })
  const proxmox = new FakeProxmox(snapshot)
  const machines = Object.assign(proxmox.machines, {
    told: (on: string) => {
      asked.push(on)
      const its = tells[on]
      if (its === undefined) return Promise.reject(new Error('no answer'))
      return Promise.resolve(new Map(its.map(({ vmid, ...told }) => [vmid, told])))
    },
  })
  const observe = () => Promise.resolve(snapshot)
  const seen = await lookNow({ observe, machines }, ['JD'], new AbortController().signal)
  return {
    asked,
    warnings: seen.warnings,
    states: seen.snapshot.guests.map(({ vmid, status }) => [vmid, status]),
    names: seen.snapshot.guests.map(({ name }) => name),
  }
}

type MachineToldOf = MachineTold & { readonly vmid: number }

const own = (vmid: number, traits: Partial<GuestSeen> = {}) =>
  guest(vmid, { name: `JD-${vmid}`, pool: 'JD', ...traits })
const told = (vmid: number, running: boolean): MachineToldOf => ({
  vmid,
  name: undefined,
  running,
  uptimeSeconds: 0,
})

describe('what a command that looks once says of VMs', () => {
  it('is what their own nodes tell: running, off, paused as the list says, and not known of one that its node has not', async () => {
    const guests = [
      own(101, { status: 'stopped' }),
      own(102, { status: 'running' }),
      own(103, { status: 'paused' }),
      own(104, { status: 'running' }),
    ]
    const { states } = await look(guests, { pve1: [told(101, true), told(102, false), told(103, true)] })
    expect(states).to.deep.equal([
      [101, 'running'],
      [102, 'stopped'],
      [103, 'paused'],
      [104, 'unknown'],
    ])
  })

  it('has the names that their nodes tell, which the list tells late', async () => {
    const guests = [own(101, { name: 'VM 101' }), own(102)]
    const { names } = await look(guests, { pve1: [{ ...told(101, true), name: 'JD-a' }, told(102, true)] })
    expect(names).to.deep.equal(['JD-a', 'JD-102'])
  })

  it('asks no node that is off, nor for guests of others, and warns of one that does not answer', async () => {
    const guests = [
      own(101, { node: 'pve3', status: 'unknown' }),
      own(102, { node: 'pve2', status: 'running' }),
      own(103, { node: 'pve1', pool: 'KT', status: 'running' }),
    ]
    const { asked, warnings, states } = await look(guests, {})
    expect(asked).to.deep.equal(['pve2'])
    expect(warnings).to.deep.equal([
      'node pve2 does not say which of its VMs run, so that is not known (no answer); check that it answers',
    ])
    expect(states).to.deep.equal([
      [101, 'unknown'],
      [102, 'unknown'],
      [103, 'running'],
    ])
  })
})
