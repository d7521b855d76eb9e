import { expect } from 'chai'
import { always } from '../../../model/permit.ts'
import { type AuditWork, ConfigAudit } from '../../../controllers/machine/config-audit.ts'
import type { VmStep } from '../../../model/plan/vm-plan.ts'
import type { VmSpec } from '../../../model/range-spec.ts'
import { FakeMachines, machine } from '../../builders/fake-machines.ts'
import { quiet } from '../../builders/quiet.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { router, vm } from '../../builders/range.ts'

const VMID = 1_010_011
const HOUR = 3_600_000
const MAC = 'virtio=BC:24:11:00:00:01'
const FINE = { cores: '2', vcpus: '2', memory: '4096', balloon: '0', net0: `${MAC},bridge=r1,tag=10` }
const NONE: VmStep = { kind: 'none', at: 'pve1' }
const LOOK = `read ${VMID} on pve1`
const WRITE = `configure ${VMID} on pve1`

/** The range's pool, which has its VM. */
const pools = { read: () => Promise.resolve({ comment: undefined, guests: [VMID], nodes: new Map<number, string>() }) }

/** An audit of one VM, once an hour. */
function auditOf(config: Readonly<Record<string, string>>, members: readonly number[] = [VMID]) {
  const machines = new FakeMachines(machine(VMID, 'JD-DC01', { config, tags: ['jd', 'lanista'] }))
  const time = { now: 0 }
  const pool = { comment: undefined, guests: members, nodes: new Map<number, string>() }
  const audit = new ConfigAudit(
    { machines, pools: { read: () => Promise.resolve(pool) } },
    () => ({ auditMs: HOUR, zone: 'ludus' }),
    { now: () => time.now },
    () => 1,
    quiet,
  )
  const stop = new AbortController()
  const workOf = (spec: Partial<VmSpec>, vlans: readonly number[], step: VmStep, vmid: number): AuditWork => ({
    plan: { spec: vm('JD-DC01', spec), vmid, isSpelled: true, step, phase: 'running', message: '' },
    node: 'pve1',
    networks: { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans },
    drift: { networks: 'correct', hardware: 'report' },
    isRemade: false,
    permit: always(stop.signal),
  })
  return {
    audit,
    machines,
    workOf,
    time,
    stop,
    /** Calls made by one check. */
    check: async (spec: Partial<VmSpec> = {}, vlans: readonly number[] = [10], step = NONE, vmid = VMID) => {
      const before = machines.journal.length
      const outcome = await audit.check(workOf(spec, vlans, step, vmid))
      return { outcome: outcome.kind, calls: machines.journal.slice(before) }
    },
    found: (vmid = VMID) => audit.found('JD', workOf({}, [10], NONE, vmid).plan),
  }
}

describe('how far looks at configurations lag behind', () => {
  const lag = (audit: ConfigAudit) => audit.standing(() => true)

  it('is counted from the turn of a VM that nobody has looked at', async () => {
    const { audit, check, time } = auditOf(FINE)
    expect(lag(audit)).to.deep.equal({ due: 0, lagSeconds: 0 })
    time.now = HOUR
    await check()
    time.now = 2 * HOUR
    await check()
    expect(lag(audit)).to.deep.equal({ due: 0, lagSeconds: 0 })
    time.now = 3 * HOUR + 5000
    expect(lag(audit)).to.deep.equal({ due: 1, lagSeconds: 5 })
    expect(audit.standing((rangeId, name, vmid) => `${rangeId} ${name} ${vmid}` !== `JD JD-DC01 ${VMID}`).due).to.equal(
      0,
    )
    await check()
    expect(lag(audit)).to.deep.equal({ due: 0, lagSeconds: 0 })
  })

  it('is counted from the turn of a look that fails again and again', async () => {
    const { audit, machines, check, time } = auditOf(FINE)
    time.now = HOUR
    await check()
    time.now = 2 * HOUR
    await check()
    time.now = 3 * HOUR + 60_000
    machines.audit = () => Promise.reject(new ProxmoxError('transport', 'GET', 'broken'))
    await check()
    time.now += 600_000
    await check()
    time.now += 600_000
    expect(lag(audit)).to.deep.equal({ due: 1, lagSeconds: 1260 })
  })
})

describe('the rotation of looks at configurations', () => {
  it('asks where NICs are plugged in, in all zones of the range networks', async () => {
    const { audit, machines, workOf } = auditOf(FINE)
    audit.waitForNoTurn()
    const work = workOf({}, [10], NONE, VMID)
    const names = { ...work.networks.names, zones: ['ludus', 'nat'] }
    await audit.check({ ...work, networks: { ...work.networks, names } })
    expect(machines.zonesAsked).to.deep.equal(['ludus', 'nat'])
  })

  it('does not look at a VM that it sees for the first time, and does within the first interval', async () => {
    const { check, time } = auditOf(FINE)
    expect((await check()).calls).to.deep.equal([])
    time.now = HOUR
    expect(await check()).to.deep.equal({ outcome: 'settled', calls: [LOOK] })
  })

  it('looks at once at a VM that exists, and not at a new one, where there is no later turn', async () => {
    const made: VmStep = { kind: 'create', to: 'pve1', template: { vmid: 9000, node: 'pve1' }, power: 'on' }
    for (const [step, calls] of [
      [NONE, [LOOK]],
      [made, []],
    ] as const) {
      const { audit, check } = auditOf(FINE)
      audit.waitForNoTurn()
      expect((await check({}, [10], step)).calls).to.deep.equal(calls)
      expect((await check()).calls).to.deep.equal([])
    }
  })

  it('corrects nothing of a VM that somebody has just taken out of its pool', async () => {
    const { check, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=r1,tag=11` }, [])
    await check()
    time.now = HOUR
    expect((await check()).outcome).to.equal('settled')
    expect(machines.writes).to.deep.equal([])
  })

  it('corrects in the next pass what a lock held back, whose turn is only an hour later', async () => {
    const { check, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=r1,tag=11` })
    machines.machines.set(VMID, { ...machines.machines.get(VMID)!, lock: 'backup' })
    await check()
    time.now = HOUR
    expect((await check()).outcome).to.equal('retry')
    expect(machines.writes).to.deep.equal([])
    machines.machines.set(VMID, { ...machines.machines.get(VMID)!, lock: undefined })
    expect((await check()).outcome).to.equal('settled')
    expect(machines.writes).to.deep.equal([WRITE])
  })

  it('looks once in each interval', async () => {
    const { check, time } = auditOf(FINE)
    await check()
    time.now = HOUR
    await check()
    time.now += HOUR - 1
    expect((await check()).calls).to.deep.equal([])
    time.now += 1
    expect((await check()).calls).to.deep.equal([LOOK])
  })

  it('spreads the first looks over the interval', async () => {
    const machines = new FakeMachines()
    const time = { now: 0 }
    const audit = new ConfigAudit(
      { machines, pools },
      () => ({ auditMs: HOUR, zone: 'ludus' }),
      { now: () => time.now },
      () => 1,
      quiet,
    )
    const checkAll = () =>
      Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          audit.check({
            plan: {
              spec: vm(`JD-${index}`),
              vmid: VMID + index,
              isSpelled: true,
              step: NONE,
              phase: 'running',
              message: '',
            },
            node: 'pve1',
            networks: { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [10] },
            drift: { networks: 'correct', hardware: 'report' },
            isRemade: false,
            permit: always(new AbortController().signal),
          }),
        ),
      )
    await checkAll()
    const seen = new Set<string>()
    for (const quarter of [1, 2, 3, 4]) {
      time.now = (quarter * HOUR) / 4
      await checkAll()
      const now = new Set(machines.journal.filter((call) => !seen.has(call)))
      expect(now.size, `quarter ${quarter}`).to.be.within(30, 70)
      for (const call of now) seen.add(call)
    }
    expect(seen.size).to.equal(200)
  })

  it('looks at once when the file asks for something else of that VM, and not for anything else in it', async () => {
    const { check } = auditOf(FINE)
    await check()
    expect((await check({ hostname: 'other', ansibleGroups: ['x'] }, [10, 20])).calls).to.deep.equal([])
    expect((await check({ memoryMiB: 8192 })).calls).to.deep.equal([LOOK])
    expect((await check({ memoryMiB: 8192 })).calls).to.deep.equal([])
  })

  it('keeps telling what it found until it looks again', async () => {
    const { check, found, machines } = auditOf(FINE)
    await check()
    await check({ memoryMiB: 8192 })
    expect(found().remark).to.match(/memory is 4096 MiB, should be 8192 MiB/)
    await check({ memoryMiB: 8192 })
    expect(found().remark).not.to.equal(undefined)
    expect(found(VMID + 1), 'another VM of that name').to.deep.equal({ trouble: undefined, remark: undefined })
    await check({ memoryMiB: 4096 })
    expect(found().remark).to.equal(undefined)
    expect(machines.writes).to.deep.equal([])
  })

  it('corrects, and looks whether that was all', async () => {
    const { check, found, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
    await check()
    time.now = HOUR
    expect(await check()).to.deep.equal({ outcome: 'settled', calls: [LOOK, LOOK, WRITE, LOOK] })
    expect(found()).to.deep.equal({ trouble: undefined, remark: undefined })
    expect(machines.machines.get(VMID)?.config['net0']).to.equal(FINE.net0)
  })

  it('looks again when the configuration has changed since, or nobody answered the write', async () => {
    for (const kind of ['conflict', 'timeout-unknown-outcome'] as const) {
      const { check, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
      machines.fail('configure', kind, kind !== 'conflict')
      await check()
      time.now = HOUR
      const again = kind === 'conflict' ? [LOOK, LOOK, WRITE, LOOK, LOOK, WRITE, LOOK] : [LOOK, LOOK, WRITE, LOOK]
      expect(await check()).to.deep.equal({ outcome: 'settled', calls: again })
    }
  })

  it('gives up for now on a configuration that keeps changing, and tries later', async () => {
    const { check, found, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
    for (let times = 1; times <= 3; times += 1) machines.fail('configure', 'conflict')
    await check()
    time.now = HOUR
    expect((await check()).outcome).to.equal('retry')
    expect(found().trouble).to.match(
      /^vm JD-DC01: its configuration could not be compared or corrected: .*keeps changing/,
    )
    time.now += 2000
    expect((await check()).outcome).to.equal('settled')
    expect(found().trouble).to.equal(undefined)
  })

  it('leaves a VM alone at whose configuration something failed, and tries again later', async () => {
    const { check, found, time, machines } = auditOf(FINE)
    machines.fail('read', 'node-unreachable')
    await check()
    time.now = HOUR
    expect((await check()).outcome).to.equal('retry')
    time.now += 1999
    expect(await check()).to.deep.equal({ outcome: 'retry', calls: [] })
    expect(found().trouble).to.match(
      /node-unreachable; see that the node is up.*; tried again at 1970-01-01T01:00:02Z$/,
    )
    time.now += 1
    expect(await check()).to.deep.equal({ outcome: 'settled', calls: [LOOK] })
  })

  it('tries at once what failed when the file asks for something else, or is touched', async () => {
    for (const change of ['file', 'touch'] as const) {
      const { audit, check, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
      machines.fail('configure', 'task-failed')
      await check()
      time.now = HOUR
      expect((await check()).outcome).to.equal('retry')
      if (change === 'touch') audit.restart('JD')
      const again = await check({ memoryMiB: change === 'file' ? 2048 : 4096 })
      expect(again).to.deep.equal({ outcome: 'settled', calls: [LOOK, LOOK, WRITE, LOOK] })
    }
  })

  it('writes at a slow pace where a right is missing', async () => {
    const { check, time, machines } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
    for (let times = 1; times <= 2; times += 1) machines.fail('configure', 'forbidden')
    await check()
    time.now = HOUR
    expect(await check()).to.deep.equal({ outcome: 'stalled', calls: [LOOK, LOOK, WRITE] })
    time.now += 59_999
    expect(await check()).to.deep.equal({ outcome: 'stalled', calls: [] })
    time.now += 1
    expect(await check()).to.deep.equal({ outcome: 'stalled', calls: [LOOK, LOOK, WRITE] })
  })

  it('writes nothing to a VM that is gone, a template, or another one by now', async () => {
    for (const traits of [{ name: 'theirs' }, { template: true }, { node: 'pve2' }]) {
      const { check, time, machines } = auditOf(FINE)
      const config = { net0: `${MAC},bridge=vmbr0` }
      machines.machines.set(VMID, machine(VMID, 'JD-DC01', { config, tags: ['jd', 'lanista'], ...traits }))
      await check()
      time.now = HOUR
      expect(await check()).to.deep.equal({ outcome: 'settled', calls: [LOOK] })
    }
  })

  it('writes nothing more once it is aborted', async () => {
    const { check, time, machines, stop } = auditOf({ ...FINE, net0: `${MAC},bridge=vmbr0` })
    machines.onCall = () => stop.abort(new Error('stopping'))
    await check()
    time.now = HOUR
    expect((await check()).calls).to.deep.equal([LOOK])
  })

  it('forgets the NIC of a VLAN that is no more, so that it is free for whatever a person makes of it', async () => {
    const config = { memory: '2048', cores: '2', vcpus: '2', balloon: '512', net0: `${MAC},bridge=ludusnat` }
    const nic = (tag: number): string => `${MAC},bridge=r1,tag=${tag}`
    const { check, machines } = auditOf({ ...config, net1: nic(10), net2: nic(20) })
    const spec = { ...router('JD'), name: 'JD-DC01' }
    await check(spec, [10])
    await check(spec, [10, 20])
    await check(spec, [10])
    const seen = machines.machines.get(VMID)!
    const theirs = { ...seen.config, net2: `${MAC},bridge=vmbr0` }
    machines.machines.set(VMID, { ...seen, config: theirs })
    await check(spec, [10, 20])
    expect(machines.machines.get(VMID)?.config).to.deep.equal({ ...theirs, net3: 'virtio,bridge=r1,tag=20' })
  })

  it("knows a new router's NICs from the start, so that one that is moved at once is moved back", async () => {
    const hardware = { memory: '2048', cores: '2', vcpus: '2', balloon: '512' }
    const moved = { net0: `${MAC},bridge=ludusnat`, net1: `${MAC},bridge=vmbr0`, net2: `${MAC},bridge=r1,tag=20` }
    const { check, time, machines } = auditOf({ ...hardware, ...moved })
    const made: VmStep = { kind: 'create', to: 'pve1', template: { vmid: 9000, node: 'pve1' }, power: 'on' }
    const spec = { ...router('JD'), name: 'JD-DC01' }
    await check(spec, [10, 20], made)
    time.now = HOUR
    await check(spec, [10, 20])
    expect(machines.machines.get(VMID)?.config).to.deep.equal({
      ...hardware,
      ...moved,
      net1: `${MAC},bridge=r1,tag=10`,
    })
  })
})
