import { expect } from 'chai'
import {
  conditionsOf,
  conditionsOfInvalid,
  conditionsOfMissing,
  conditionsOfUnreadable,
  machinesFinding,
  NO_ZONE_NEEDED,
  type PassFindings,
} from '../../../controllers/range/range-conditions.ts'
import { type Condition, NOT_READ, remarkOf } from '../../../model/condition.ts'
import type { VmStatus } from '../../../model/range-status.ts'
import type { VmPhase } from '../../../model/vm-phase.ts'

const inWords = (conditions: readonly Condition[]) =>
  conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)
const finding = { reason: 'TagTaken', message: 'vnet r1: its tag is taken' }

describe('conditionsOf', () => {
  const rows: readonly [string, PassFindings, readonly string[]][] = [
    [
      'is Ready when every part is',
      { zone: true, network: true, machines: true },
      ['SpecValid True Ok', 'ZoneReady True Ok', 'NetworkReady True Ok', 'MachinesReady True Ok', 'Ready True Ready'],
    ],
    [
      'needs no zone on a single node',
      { zone: NO_ZONE_NEEDED, network: true, machines: true },
      [
        'SpecValid True Ok',
        'ZoneReady True NotNeeded',
        'NetworkReady True Ok',
        'MachinesReady True Ok',
        'Ready True Ready',
      ],
    ],
    [
      'repeats the first cause in Ready, and claims nothing of what was not looked at',
      { zone: true, network: finding, machines: undefined },
      [
        'SpecValid True Ok',
        'ZoneReady True Ok',
        'NetworkReady False TagTaken',
        'MachinesReady Unknown Pending',
        'Ready False TagTaken',
      ],
    ],
    [
      'is Ready with a remark, and shows its reason where it belongs',
      { zone: remarkOf({ reason: 'ZoneLacksPeer', message: 'zone ludus: ...' }), network: true, machines: true },
      [
        'SpecValid True Ok',
        'ZoneReady True ZoneLacksPeer',
        'NetworkReady True Ok',
        'MachinesReady True Ok',
        'Ready True Ready',
      ],
    ],
    [
      'is unknown before the first look',
      { zone: undefined, network: undefined, machines: undefined },
      [
        'SpecValid True Ok',
        'ZoneReady Unknown Pending',
        'NetworkReady Unknown Pending',
        'MachinesReady Unknown Pending',
        'Ready Unknown Pending',
      ],
    ],
  ]
  for (const [situation, findings, expected] of rows)
    it(situation, () => expect(inWords(conditionsOf(findings))).to.deep.equal(expected))

  it('claims nothing when the cluster could not be read, and tells why', () => {
    const notRead = { reason: NOT_READ, message: 'no connection' }
    const conditions = conditionsOf({ zone: notRead, network: notRead, machines: notRead })
    expect(conditions.slice(1).map(({ status }) => status)).to.deep.equal(Array(4).fill('Unknown'))
    expect(conditions.at(-1)).to.deep.equal({ type: 'Ready', status: 'Unknown', ...notRead })
  })
})

describe('conditions of a file that can not be acted on', () => {
  const before = conditionsOf({ zone: true, network: true, machines: true })
  const problem = { file: 'JD.yml', line: 5, column: 1, finding: 'memroy: unrecognized key', remedy: '' }

  it('name the first of several problems, and keep what is known of the cluster', () => {
    const conditions = conditionsOfInvalid([problem, { ...problem, line: 9 }], before)
    expect(inWords(conditions)).to.deep.equal([
      'SpecValid False Invalid',
      'ZoneReady True Ok',
      'NetworkReady True Ok',
      'MachinesReady True Ok',
      'Ready False Invalid',
    ])
    expect(conditions.at(-1)?.message).to.equal('JD.yml:5:1: memroy: unrecognized key (and 1 more)')
  })

  it('know nothing of the cluster for a range that was never looked at', () => {
    expect(inWords(conditionsOfInvalid([problem], []))).to.deep.equal([
      'SpecValid False Invalid',
      'Ready False Invalid',
    ])
    expect(conditionsOfInvalid([], []).at(-1)?.message).to.equal('the range file has problems')
  })

  it('say that nothing is removed for a file that is gone or can not be read', () => {
    const [gone, unreadable] = [conditionsOfMissing('JD', before), conditionsOfUnreadable('JD', 'EACCES', before)]
    expect([gone.at(-1)?.reason, unreadable.at(-1)?.reason]).to.deep.equal(['FileMissing', 'FileUnreadable'])
    for (const conditions of [gone, unreadable]) {
      expect(conditions).to.have.length(before.length)
      expect(conditions.at(-1)?.message).to.contain('its VMs and networks stay as they are')
    }
  })
})

describe('machinesFinding', () => {
  const vm = (name: string, phase: VmPhase, trouble?: string): VmStatus => ({
    name,
    role: 'vm',
    vmid: 1,
    node: 'pve1',
    address: '10.1.10.11',
    phase,
    why: 'its target_node',
    trouble,
    remark: undefined,
  })
  const rows: readonly [string, readonly VmStatus[], string, string][] = [
    [
      'names the one that is not done yet',
      [vm('a', 'running'), vm('b', 'cloning')],
      'Progressing',
      '1 of 2 VMs are running; vm b is being cloned',
    ],
    [
      'names the blocked one first, which a person must help',
      [vm('a', 'cloning'), vm('b', 'starting', 'vm b: task failed'), vm('c', 'blocked', 'vm c: no room')],
      'VmBlocked',
      '0 of 3 VMs are running; vm c: no room',
    ],
    [
      'names the one in trouble before those that go on',
      [vm('a', 'starting'), vm('b', 'unknown', 'vm b: its node is offline')],
      'VmTrouble',
      '0 of 2 VMs are running; vm b: its node is offline',
    ],
  ]
  for (const [situation, vms, reason, message] of rows)
    it(situation, () => expect(machinesFinding(vms)).to.deep.equal({ reason, message }))

  it('goes by what power asks', () => {
    const both = [vm('a', 'running'), vm('b', 'stopped')]
    expect(machinesFinding(both, 'keep')).to.equal(true)
    expect(machinesFinding([vm('b', 'stopped')], 'off')).to.equal(true)
    expect(machinesFinding([vm('a', 'stopping'), vm('b', 'stopped')], 'off')).to.deep.equal({
      reason: 'Progressing',
      message: '1 of 2 VMs are stopped; vm a is being shut down',
    })
    expect(machinesFinding(both, 'on')).to.include({ message: '1 of 2 VMs are running; vm b is shut down' })
    expect(machinesFinding([vm('a', 'cloning')], 'keep')).to.include({
      message: '0 of 1 VMs are running or stopped; vm a is being cloned',
    })
  })

  it('is in the way when a running VM has trouble, and a remark when it only differs in something harmless', () => {
    const drifted = { ...vm('b', 'running'), remark: 'vm b: memory is 1' }
    expect(machinesFinding([vm('a', 'running'), drifted, { ...drifted, name: 'c' }])).to.deep.equal({
      reason: 'VmDrift',
      message: 'vm b: memory is 1 (and 1 more)',
      works: true,
    })
    expect(machinesFinding([vm('a', 'running', 'vm a: net0 is elsewhere'), drifted])).to.deep.equal({
      reason: 'VmTrouble',
      message: '2 of 2 VMs are running; vm a: net0 is elsewhere',
    })
  })

  it('is good when all run, and nothing is known of none', () => {
    expect(machinesFinding([vm('a', 'running')])).to.equal(true)
    expect(machinesFinding([])).to.equal(undefined)
  })
})
