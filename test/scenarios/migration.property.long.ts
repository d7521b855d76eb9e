import { expect } from 'chai'
import fc from 'fast-check'
import type { Fault } from '../../adapters/simulator/faults.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type BridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { runs } from '../runner/long-runs.ts'
import { openSite, type Site } from './site.ts'

const nic = (last: number, bridge: string): string =>
  `virtio=BC:24:11:FE:00:${last.toString(16).toUpperCase().padStart(2, '0')},bridge=${bridge}`

const anyRange = (id: string, number: number): fc.Arbitrary<RangeOnBridges> =>
  fc.record({
    id: fc.constant(id),
    number: fc.constant(number),
    vms: fc.integer({ min: 0, max: 2 }),
    running: fc.boolean(),
    options: fc.constantFrom('', '', ',firewall=1', ',rate=3', ',queues=2'),
  })

/** Machines that are nobody's of the move: on its bridges, in no pool or another, and one of Ludus' own. */
const OTHERS: BridgeInstallation['others'] = [
  { name: 'web', vmid: 301, running: true, memory_mib: 512, nics: [`${nic(1, 'vmbr1001')},tag=10`] },
  { name: 'office', vmid: 302, pool: 'office', running: false, memory_mib: 512, nics: [nic(2, 'vmbr0')] },
  { name: 'nexus', vmid: 303, pool: 'ADMIN', running: true, memory_mib: 512, nics: [nic(3, 'vmbr1000')] },
]

interface Case {
  readonly zone: 'simple' | 'vxlan'
  readonly ranges: readonly RangeOnBridges[]
  readonly others: BridgeInstallation['others']
  /** The VM, by its place among all, that a backup holds locked; beyond them none. */
  readonly locked: number
  /** The VM that has a snapshot. */
  readonly snapshot: number
  /** After so many writes the first run is ended. */
  readonly endsAfter: number
  readonly trouble: {
    readonly kind: 'none' | 'refused' | 'answer lost' | 'never sent' | 'tap lost'
    readonly at: number
  }
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  zone: fc.constantFrom('simple', 'simple', 'vxlan'),
  ranges: fc
    .tuple(anyRange('AB', 1), anyRange('CD', 2), anyRange('EF', 3))
    .chain((all) => fc.subarray(all, { minLength: 1 })),
  others: fc.subarray([...OTHERS]),
  locked: fc.integer({ min: 0, max: 14 }),
  snapshot: fc.integer({ min: 0, max: 6 }),
  endsAfter: fc.integer({ min: 1, max: 20 }),
  trouble: fc.record({
    kind: fc.constantFrom('none', 'refused', 'answer lost', 'never sent', 'tap lost'),
    at: fc.integer({ min: 0, max: 6 }),
  }),
})

const CONFIG_WRITE = /^\/nodes\/pve1\/qemu\/\d+\/config$/

function faultOf({ kind, at: skip }: Case['trouble'], vmids: readonly number[]): readonly Fault[] {
  const on = { on: 'request', match: { method: 'PUT', path: CONFIG_WRITE }, skip } as const
  switch (kind) {
    case 'none':
      return []
    case 'refused':
      return [{ ...on, at: 'before', effect: { kind: 'answer', status: 500, message: 'no such luck' } }]
    case 'answer lost':
      return [{ ...on, at: 'after', effect: { kind: 'reset' } }]
    case 'never sent':
      return [{ ...on, at: 'before', effect: { kind: 'reset' } }]
    case 'tap lost':
      return vmids.slice(skip, skip + 1).map((vmid) => ({
        on: 'request',
        match: { method: 'PUT', path: new RegExp(`/qemu/${vmid}/config$`) },
        at: 'after',
        effect: { kind: 'edit', edit: ({ guests }: World) => void guests.get(vmid)?.running?.loose.add('net0') },
      }))
  }
}

const configsOf = ({ guests }: World): ReadonlyMap<number, Readonly<Record<string, unknown>>> =>
  new Map([...guests].map(([vmid, { config }]) => [vmid, Object.fromEntries(config)]))

const MOVED: Readonly<Record<string, string>> = { vmbr1000: 'ludusnat', vmbr1001: 'r1', vmbr1002: 'r2', vmbr1003: 'r3' }

/** A machine with each of its NICs where a move puts it, and all else as it was. */
const moved = (config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      /^net\d/.test(key)
        ? String(value).replace(/bridge=(\w+)/, (_, bridge: string) => `bridge=${MOVED[bridge] ?? bridge}`)
        : value,
    ]),
  )

describe('a move of any installation, ended and troubled anywhere', function () {
  this.timeout(600_000)

  it('comes to its end when it is run again, touches nothing else, and can be taken back to the letter', async () => {
    await fc.assert(fc.asyncProperty(anyCase, tryCase), { numRuns: runs(12) })
  })
})

async function tryCase(its: Case): Promise<void> {
  const world = bridgeInstallation(its)
  const own = its.ranges.flatMap(vmidsOf)
  const locked = own[its.locked]
  if (locked !== undefined) world.guests.get(locked)?.config.set('lock', 'backup')
  const kept = world.guests.get(own[its.snapshot] ?? 0)
  kept?.snapshots.set('before', new Map(kept.config))
  const before = configsOf(world)
  const site = await openSite({}, world)
  try {
    await site.nodesHaveTold()
    for (const fault of faultOf(its.trouble, own)) site.simulator.arm(fault)
    await endedAfter(its.endsAfter, site)
    const migrate = (verb: string) => lanistaHere(['migrate', verb, '--config', site.config])
    for (let turn = 0; turn < 3; turn += 1) await migrate('run')
    const after = configsOf(world)
    for (const { id, number, vms } of its.ranges) {
      const machines = vmidsOf({ number, vms })
      const stays = locked !== undefined && machines.includes(locked)
      for (const vmid of machines) {
        const was = before.get(vmid) ?? {}
        expect(after.get(vmid), `${id} ${vmid}${stays ? ', held by a lock' : ''}`).to.deep.equal(
          stays ? was : moved(was),
        )
        const { loose = [], unlinked = [] } = world.guests.get(vmid)?.running ?? {}
        expect([...loose, ...unlinked], `taps and links of ${vmid}`).to.deep.equal([])
      }
    }
    for (const [vmid, was] of before)
      if (!own.includes(vmid)) expect(after.get(vmid), String(vmid)).to.deep.equal(vmid === 303 ? moved(was) : was)
    const count = writesOf(site)
    await migrate('run')
    expect(writesOf(site), 'a further run writes nothing').to.equal(count)
    // The mishap may strike here for the first time.
    const first = await migrate('rollback')
    const back = first.status === 0 ? first : await migrate('rollback')
    expect(back.status, back.stdout + back.stderr).to.equal(0)
    expect(configsOf(world), 'as it was, to the letter').to.deep.equal(before)
  } finally {
    await site.close()
  }
}

const writesOf = (site: Site): number =>
  site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length

/** A run that is ended after so many writes, wherever that is. */
async function endedAfter(writes: number, site: Site): Promise<void> {
  const running = startHere(['migrate', 'run', '--config', site.config])
  const stop = site.simulator.journal.listen(() => {
    if (writesOf(site) >= writes) running.stop()
  })
  await running.ended.catch(() => undefined)
  stop()
}
