import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { withInterface, withoutInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import { itLong } from '../runner/long-runs.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 0, running: false, options: '' }
const [AB_ROUTER = 0, AB_VM = 0] = vmidsOf(AB)
const [CD_ROUTER = 0] = vmidsOf(CD)
const configPath = (vmid: number): RegExp => new RegExp(`/qemu/${vmid}/config$`)

describe('the way back of a move of networks', () => {
  let site: Site
  let world: World
  const open = async (ranges = [AB]) => {
    world = bridgeInstallation({ zone: 'simple', ranges, others: [] })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const node = (): NodeState => world.nodes.get('pve1')!
  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const moved = async (...args: readonly string[]) => {
    const run = await migrate('run', ...args)
    expect(run.status, run.stdout + run.stderr).to.equal(0)
  }
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  const nicOf = (vmid: number, key = 'net0'): string => String(world.guests.get(vmid)?.config.get(key))
  const journalFile = (): string => path.join(path.dirname(site.config), 'state/migration/journal.json')

  itLong(
    'is not begun where a NIC was changed since, says how to go on, and leaves one that somebody has put back',
    async () => {
      await open()
      await moved()
      world.guests.get(AB_VM)?.config.set('net0', nicOf(AB_VM).replace('tag=10', 'tag=20'))
      const before = writes().length
      const stuck = await migrate('rollback')
      expect(stuck.status).to.equal(1)
      expect(stuck.stdout).to.match(
        /! nothing of AB is put back: vm AB-vm1: somebody has changed its net0 since it moved: it is \S+tag=20, and was \S+tag=10; .*qm set \d+ --net0 '\S+bridge=vmbr1001,tag=20' on pve1/,
      )
      expect(writes()).to.have.length(before)

      const theirs = nicOf(AB_VM).replace('bridge=r1', 'bridge=vmbr1001')
      world.guests.get(AB_VM)?.config.set('net0', theirs)
      const back = await migrate('rollback')
      expect(back.status, back.stdout).to.equal(0)
      expect(back.stdout).to.match(/~ vm AB-vm1: net0 is on vmbr1001 already, as somebody has put it/)
      expect([nicOf(AB_VM), nicOf(AB_ROUTER, 'net1')]).to.satisfy(
        ([vm, router]: [string, string]) => vm === theirs && router.includes('vmbr1001'),
      )
    },
  )

  itLong('is not begun by a run either, where an old bridge is gone that NICs came from', async () => {
    await open()
    await moved()
    world.guests.get(AB_ROUTER)?.config.set('net5', 'virtio=BC:24:11:0A:0A:0A,bridge=vmbr1001')
    node().network = withoutInterface(node().network, 'vmbr1001')
    bringUpNetwork(node())
    const refused = { kind: 'answer', status: 500, message: 'no such luck' } as const
    const match = { method: 'PUT', path: configPath(AB_ROUTER) } as const
    site.simulator.arm({ on: 'request', match, at: 'before', effect: refused })
    const before = writes().length
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(
      /! nothing of AB is put back: vm AB-vm1: its net0 was on vmbr1001, which its node pve1 does not/,
    )
    expect(run.stdout).to.match(
      /! some NICs of AB have moved and others have not; once that is mended, lanista migrate run/,
    )
    expect(run.stdout).to.match(/half moved: AB\n$/)
    expect(
      writes()
        .slice(before)
        .filter(({ method }) => method === 'PUT'),
    ).to.have.length(1)
    expect(nicOf(AB_VM)).to.include('bridge=r1')
    await moved()
    expect(nicOf(AB_ROUTER, 'net5')).to.include('bridge=r1')
  })

  itLong('says how to make the bridges again that finish has removed, and goes back once they are there', async () => {
    await open()
    await moved()
    expect((await migrate('finish', '--yes')).status).to.equal(0)
    const stuck = await migrate('rollback')
    expect(stuck.status).to.equal(1)
    const [, line = ''] =
      /vmbr1001, which lanista migrate finish has removed from node pve1; make it again \((pvesh create \S+ [^&]+) && pvesh set/.exec(
        stuck.stdout,
      ) ?? []
    expect(line, stuck.stdout).to.equal(
      'pvesh create /nodes/pve1/network --iface vmbr1001 --type bridge --autostart 1 --bridge_vlan_aware 1',
    )
    const made = { type: 'bridge', autostart: '1', bridge_vlan_aware: '1' }
    node().network = withInterface(node().network, 'vmbr1001', made)
    bringUpNetwork(node())
    const back = await migrate('rollback')
    expect(back.status, back.stdout + back.stderr).to.equal(0)
    expect([nicOf(AB_VM), nicOf(AB_ROUTER, 'net1')].every((nic) => nic.includes('bridge=vmbr1001'))).to.equal(true)
  })

  itLong('leaves a pool that can not be read, and goes on with the next', async () => {
    await open([AB, CD])
    const refused = { kind: 'answer', status: 500, message: 'no such luck' } as const
    const match = { method: 'GET', path: /^\/pools\/AB$/ } as const
    const fault = site.simulator.arm({ on: 'request', match, at: 'before', effect: refused, times: 1000 })
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/AB-vm1: it can't be told where its VM is: .*no such luck/)
    expect(run.stdout).to.match(/moved: CD; not moved: AB\n$/)
    expect(nicOf(CD_ROUTER, 'net1')).to.include('bridge=r2')
    fault.disarm()
    await moved()
  })

  itLong(
    'leaves nothing to wait for a boot of what could not be plugged in, on a node that does not tell of taps',
    async () => {
      await open()
      const untold = { kind: 'answer', status: 501, message: 'not implemented' } as const
      const told = { method: 'GET', path: /\/bridges$/ } as const
      site.simulator.arm({ on: 'request', match: told, at: 'before', effect: untold, times: 1000 })
      const match = { method: 'PUT', path: configPath(AB_VM) } as const
      const loseVnet = (inWorld: World): void => {
        const at = inWorld.nodes.get('pve1')!
        at.bridges = new Map([...at.bridges].filter(([name]) => name !== 'r1'))
      }
      site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'edit', edit: loseVnet } })
      const run = await migrate('run')
      expect(run.stdout).to.match(/! vm AB-vm1: net0: .*; the NICs of AB are put back/)
      expect(run.stdout).to.match(/not moved: AB\n$/)
      expect(nicOf(AB_VM)).to.include('bridge=vmbr1001')
      expect([...(world.guests.get(AB_VM)?.pending ?? [])]).to.deep.equal([])
    },
  )

  itLong('is refused by the journal of another cluster, as is all else, and by none of an older release', async () => {
    await open()
    await moved()
    const text = await readFile(journalFile(), 'utf8')
    expect(text).to.match(/"cluster":\{"nodes":\["pve1"\]\}/)
    await writeFile(journalFile(), text.replace('"nodes":["pve1"]', '"name":"lab","nodes":["n1","n2"]'))
    const before = writes().length
    for (const args of [['plan'], ['run'], ['status'], ['rollback'], ['finish', '--yes']]) {
      const refused = await migrate(...args)
      expect(refused.status, args.join(' ')).to.equal(1)
      expect(refused.stderr).to.match(
        new RegExp(
          `migrate ${args[0]}: the journal \\S+journal.json is of another cluster \\(lab: n1, n2; this is node pve1\\)`,
        ),
      )
    }
    expect(writes()).to.have.length(before)
    await writeFile(journalFile(), text.replace(/"cluster":\{[^}]*\},/, ''))
    expect((await migrate('rollback')).status).to.equal(0)
  })
})
