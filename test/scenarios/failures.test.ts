import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText, type VmText } from './ranges.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const B: VmText = { name: 'b', vlan: 10, octet: 2 }
const A_VMID = 1_010_001
const FILE = rangeText([A, B])
/** A's waiting times with the lab's randomness, in milliseconds: a VM that has come to exist begins anew. */
const SOON = [1500, 1500, 3000, 6000, 12_000]
const SLOW = [45_000, 90_000]

describe('a VM that fails', () => {
  let lab: Lab
  const open = async (text: string, world: World = demoCluster()): Promise<void> => {
    lab = await openLab({ files: { 'JD.yml': text }, world })
  }
  afterEach(() => lab.close())

  const status = (name: string) => lab.controller.board.get('JD')?.vms.find((each) => each.name === name)
  const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
  const starts = (vmid: number): readonly JournalEntry[] =>
    lab.simulator.journal.find({ method: 'POST', path: new RegExp(`/qemu/${vmid}/status/start$`) })
  const clones = (vmid: number): readonly JournalEntry[] =>
    lab.simulator.journal.find({
      method: 'POST',
      path: /\/clone$/,
      params: ({ newid }) => Number(newid) === vmid,
    })
  const gaps = (entries: readonly JournalEntry[]): readonly number[] =>
    entries.slice(1).map(({ at }, index) => at - entries[index]!.at)
  const expectSpread = (entries: readonly JournalEntry[], least: readonly number[]): void => {
    expect(gaps(entries)).to.have.length(least.length)
    for (const [index, gap] of gaps(entries).entries()) expect(gap, `gap ${index}`).to.be.at.least(least[index]!)
  }
  const mayClone = (may: boolean): void => {
    const { roles } = lab.simulator.world.access
    const { special, privileges } = roles.get('LanistaVM')!
    const others = [...privileges].filter((each) => each !== 'VM.Clone')
    roles.set('LanistaVM', { special, privileges: new Set(may ? [...others, 'VM.Clone'] : others) })
  }

  it('to be cloned to one node goes to another, as every new VM does for a while', async () => {
    lab = await openLab({ world: demoCluster() })
    const full = { kind: 'answer', status: 500, message: "can't create image: no space left on device" } as const
    const broken = lab.simulator.arm({
      on: 'request',
      match: { method: 'POST', path: /\/clone$/, params: ({ target }) => target === 'pve3' },
      at: 'before',
      times: 1000,
      effect: full,
    })
    await lab.drop('JD.yml', FILE)
    await lab.until(() => lab.ready('JD'))
    const tried = broken.hits()
    expect(tried).to.be.within(1, 3)
    await lab.drop('KT.yml', FILE)
    await lab.until(() => lab.ready('KT'))
    expect(broken.hits()).to.equal(tried)
  })

  it('is tried again after ever longer times, and keeps no other from running', async () => {
    lab = await openLab()
    lab.simulator.arm({ on: 'task', type: 'qmstart', id: String(A_VMID), at: 'before', error: 'no luck', times: 5 })
    await lab.drop('JD.yml', FILE)
    const { guests } = lab.simulator.world
    const others = (): boolean => [1_010_002, 1_001_254].every((vmid) => guests.get(vmid)?.running !== undefined)
    await lab.until(() => others() && starts(A_VMID).length > 0)
    expect(starts(A_VMID).length).to.be.at.most(SOON.length)
    await lab.until(() => lab.ready('JD'))
    expectSpread(starts(A_VMID), SOON)
    const all = lab.simulator.journal.find({ method: 'POST', path: /\/(clone|status\/start)$/ })
    expect(all).to.have.length(3 + 3 + SOON.length)
  })

  itLong('says why while it waits, with the end of the log of its task, and when it is tried again', async () => {
    const names = ['debian-11-x64-server-template', 'debian-12-x64-server-template']
    const world = clusterFrom({ templates: names.map((name) => ({ name, disk_gib: 4 })) })
    const shared = world.storages.get('shared')!
    const { capacity } = shared
    // As a quota does it: the storage tells of room that it does not have.
    shared.capacity = { ...capacity, available: -1 }
    await open(rangeText([A]).replace('linux: true', 'linux: true\n    full_clone: true'), world)
    await lab.until(() => clones(A_VMID).length === 3)
    await lab.until(() => status('JD-a')?.trouble?.includes('3 times in a row') === true)
    const { trouble } = status('JD-a')!
    expect(trouble).to.match(/^vm JD-a: POST \/nodes\/pve1\/qemu\/\d+\/clone: clone failed: copy failed/)
    expect(trouble).to.match(/; the task's log: .*error while writing at byte 0: No space left on device/)
    expect(trouble).to.match(/; 3 times in a row; tried again at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(machines()).to.include({ status: 'False', reason: 'VmTrouble' })
    expect(machines()?.message).to.include(trouble)
    shared.capacity = capacity
    await lab.until(() => lab.ready('JD'))
    expect(status('JD-a')?.trouble).to.equal(undefined)
  })

  itLong('is not said to be tried again while the cluster takes no writes', async () => {
    lab = await openLab({ durations: { linkedClone: 1000 } })
    // The other is worked on all the while.
    lab.simulator.arm({ on: 'task', type: 'qmstart', id: String(A_VMID), at: 'before', error: 'no luck', times: 9 })
    const hangs = {
      on: 'request',
      match: { path: '/nodes/pve2/qemu/1010002/config', method: 'PUT' },
      at: 'before',
    } as const
    lab.simulator.arm({ ...hangs, effect: { kind: 'delay', by: 600_000 } })
    await lab.drop(
      'JD.yml',
      rangeText([
        { ...A, targetNode: 'pve1' },
        { ...B, targetNode: 'pve2' },
      ]),
    )
    await lab.until(() => status('JD-a')?.trouble !== undefined)
    const saysWhen = (): boolean => JSON.stringify(lab.controller.board.get('JD')).includes('tried again at')
    expect([saysWhen(), status('JD-b')?.phase]).to.deep.equal([true, 'configuring'])
    lab.simulator.world.quorumOverride = false
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'NoQuorum')
    await lab.sleep(30_000)
    expect([status('JD-b')?.phase, saysWhen()]).to.deep.equal(['configuring', false])
  })

  itLong('is tried at once when its range file changes, and then as if it had never failed', async () => {
    lab = await openLab()
    const start = { on: 'task', type: 'qmstart', id: String(A_VMID), at: 'before', error: 'no luck' } as const
    const bad = lab.simulator.arm({ ...start, times: 1000 })
    await lab.drop('JD.yml', FILE)
    await lab.until(() => starts(A_VMID).length === 5 && status('JD-a')?.trouble?.includes('4 times in a row') === true)
    await lab.drop('JD.yml', `${FILE}# looked into\n`)
    await lab.until(() => status('JD-a')?.trouble?.includes('times in a row') === false)
    bad.disarm()
    await lab.until(() => lab.ready('JD'))
  })

  itLong(
    'that lacks a right is left alone but for a try at a slow pace, and goes on by itself once it is given',
    async () => {
      lab = await openLab()
      mayClone(false)
      await lab.drop('JD.yml', FILE)
      await lab.until(() => status('JD-a')?.phase === 'blocked')
      expect(machines()).to.include({ status: 'False', reason: 'VmBlocked' })
      expect(machines()?.message).to.match(/lacks VM.Clone on \/vms\/\d+ .*grant it with: pveum .*; tried again at /)
      await lab.until(() => status('JD-a')?.trouble?.includes('2 times in a row') === true)
      mayClone(true)
      await lab.until(() => lab.ready('JD'))
      expectSpread(clones(A_VMID), SLOW)
      const [first, last] = [clones(A_VMID)[0]!, clones(A_VMID).at(-1)!]
      const looks = lab.simulator.journal.find({ path: '/cluster/resources' })
      expect(looks.filter(({ at }) => at > first.at && at < last.at).length).to.be.at.least(3)
    },
  )

  itLong('that lacks a right is tried at once when its range file changes', async () => {
    lab = await openLab()
    mayClone(false)
    await lab.drop('JD.yml', FILE)
    await lab.until(() => ['JD-a', 'JD-b', 'JD-router-debian12-x64'].every((name) => status(name)?.phase === 'blocked'))
    mayClone(true)
    await lab.drop('JD.yml', `${FILE}# granted\n`)
    await lab.until(() => lab.ready('JD'))
    expect(clones(A_VMID)).to.have.length(2)
  })

  itLong('whose template is missing is asked for nothing, and goes on by itself as soon as there is one', async () => {
    await open(FILE, clusterFrom({ templates: ['debian-11-x64-server-template'] }))
    await lab.until(() => status('JD-router-debian11-x64')?.phase === 'running' && machines()?.reason === 'VmBlocked')
    expect(status('JD-a')?.trouble).to.match(/debian-12-x64-server-template/)
    const looks = lab.simulator.journal.find({ path: '/cluster/resources' }).length
    await lab.until(() => lab.simulator.journal.find({ path: '/cluster/resources' }).length > looks + 2)
    expect(clones(A_VMID)).to.deep.equal([])
    const person = personIn(lab.simulator)
    const [node] = lab.simulator.world.nodes.keys()
    const made = { vmid: 9100, name: 'debian-12-x64-server-template', memory: 2048, scsi0: 'shared:1', net0: 'virtio' }
    expect(await person('POST', `/nodes/${node}/qemu`, made)).to.include({ status: 200 })
    await lab.until(() => lab.simulator.world.tasks.some(({ type, end }) => type === 'qmcreate' && end !== undefined))
    expect(await person('POST', `/nodes/${node}/qemu/9100/template`)).to.include({ status: 200 })
    await lab.until(() => lab.ready('JD'))
    expect([clones(A_VMID).length, starts(A_VMID).length]).to.deep.equal([1, 1])
  })
})
