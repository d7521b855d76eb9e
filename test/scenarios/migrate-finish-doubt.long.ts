import { expect } from 'chai'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { withInterface, withoutInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type BridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { hide } from './rights.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 0, running: false, options: '' }
const DELETE_AB = { method: 'DELETE', path: /^\/nodes\/pve1\/network\/vmbr1001$/ } as const
const DELETE_CD = { method: 'DELETE', path: /^\/nodes\/pve1\/network\/vmbr1002$/ } as const
const REVERT = { method: 'DELETE', path: /^\/nodes\/pve1\/network$/ } as const
const [AB_ROUTER = 0, AB_VM = 0] = vmidsOf(AB)
const [CD_ROUTER = 0] = vmidsOf(CD)

describe('the end of a move after a person or an outage', () => {
  let site: Site
  let world: World
  afterEach(() => site.close())

  const open = async (
    ranges: readonly RangeOnBridges[] = [AB],
    zone: BridgeInstallation['zone'] = 'simple',
    before: (world: World) => void = () => undefined,
  ): Promise<void> => {
    world = bridgeInstallation({ zone, ranges, others: [] })
    before(world)
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  const moved = async (...args: Parameters<typeof open>): Promise<void> => {
    await open(...args)
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
  }
  const node = (name = 'pve1'): NodeState => world.nodes.get(name)!
  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const finish = (...args: readonly string[]) => migrate('finish', '--yes', ...args)
  const bridges = (): readonly string[] => [...node().network.keys()].filter((name) => name.startsWith('vmbr1')).sort()
  const nicOf = (vmid: number, key = 'net0'): string => String(world.guests.get(vmid)?.config.get(key))
  const put = (vmid: number, key: string, from: string, to: string): void =>
    void world.guests.get(vmid)?.config.set(key, nicOf(vmid, key).replace(`bridge=${from}`, `bridge=${to}`))
  const cutOff = async (): Promise<void> => {
    const running = startHere(['migrate', 'finish', '--yes', '--config', site.config])
    const match = DELETE_AB
    site.simulator.arm({ on: 'request', match, at: 'after', effect: { kind: 'edit', edit: () => running.stop() } })
    await running.ended.catch(() => undefined)
  }
  /** As a snapshot from before the move does. */
  const rolledBack = (): void => {
    put(AB_VM, 'net0', 'r1', 'vmbr1001')
    put(AB_ROUTER, 'net1', 'r1', 'vmbr1001')
    put(AB_ROUTER, 'net0', 'ludusnat', 'vmbr1000')
  }
  const natOn =
    (bridge: string) =>
    (inWorld: World): void => {
      const at = inWorld.nodes.get('pve1')!
      at.network = withInterface(at.network, bridge, { type: 'bridge', autostart: '1', bridge_vlan_aware: '1' })
      bringUpNetwork(at)
      for (const { config } of inWorld.guests.values()) {
        const nic = String(config.get('net0'))
        if (nic.includes('bridge=vmbr1000')) config.set('net0', nic.replace('bridge=vmbr1000', `bridge=${bridge}`))
      }
    }

  it('moves what a snapshot brings back to the NAT bridge that the configuration does not name any more', async () => {
    await moved()
    await appendFile(site.config, 'ludus_nat_interface: ludusnat\n')
    const before = [nicOf(AB_VM), nicOf(AB_ROUTER), nicOf(AB_ROUTER, 'net1')]
    rolledBack()
    const plan = await migrate('plan')
    expect(plan.stdout)
      .to.match(/net0: vmbr1000 -> ludusnat/)
      .and.to.match(/3 NICs of 2 VMs to move/)
    const run = await migrate('run')
    expect(run.status, run.stdout).to.equal(0)
    expect([nicOf(AB_VM), nicOf(AB_ROUTER), nicOf(AB_ROUTER, 'net1')]).to.deep.equal(before)
    expect((await migrate('status')).status).to.equal(0)
    const done = await finish()
    expect(done.stdout).to.match(/# the NAT bridge \(vmbr1000\) is left/)
    expect(done.stdout).to.match(/removed: vmbr1001 on pve1\n$/)
  })

  it('takes the NAT bridge for no range bridge, whatever it and whatever the configuration calls it', async () => {
    await open([AB, CD], 'simple', natOn('vmbr1005'))
    const text = await readFile(site.config, 'utf8')
    await appendFile(site.config, 'ludus_nat_interface: vmbr1005\n')
    const first = await migrate('run', '--range', 'AB')
    expect(first.status, first.stdout).to.equal(0)
    await writeFile(site.config, `${text}ludus_nat_interface: ludusnat\n`)
    const run = await migrate('run')
    expect(run.status, run.stdout).to.equal(0)
    expect(nicOf(CD_ROUTER)).to.include('bridge=ludusnat')
    await writeFile(site.config, `${text}ludus_nat_interface: vmbr1000\n`)
    put(AB_VM, 'net0', 'r1', 'vmbr1001')
    expect((await migrate('run')).stdout).to.match(/moved: AB\n$/)
    const done = await finish()
    expect(done.stdout).to.match(/removed: vmbr1001 on pve1, vmbr1002 on pve1\n$/)
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1005'])
  })

  for (const [what, happens, says] of [
    [
      'is off',
      () => void (node().online = false),
      /! node pve1: it (is offline; bring the node back|does not tell its network)/,
    ],
    ['has its bridges hidden', () => hide(world, '/sdn/zones/localnetwork'), /not shown all bridges/],
    [
      'does not tell its network',
      () => {
        const match = { method: 'GET', path: /^\/nodes\/pve1\/network$/ } as const
        site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'hang' }, times: 100 })
      },
      /! node pve1: it does not tell its network/,
    ],
  ] as const)
    it(`does not say that nothing is to do where the node of the old bridges ${what}`, async () => {
      await moved([AB], 'vxlan')
      const config = (await readFile(site.config, 'utf8')).replace(/hosts: \[[^,]*, /, 'hosts: [')
      await writeFile(site.config, config)
      happens()
      await site.nodesHaveTold()
      await site.nodesHaveTold()
      await site.nodesHaveTold()
      const done = await finish()
      expect(done.stdout, done.stderr)
        .to.match(says)
        .and.to.match(/nothing is removed\n$/)
      expect(done.status).to.equal(1)
    })

  it('takes back a deletion that it left staged where the range was put back since', async () => {
    await moved()
    await cutOff()
    rolledBack()
    const stuck = await migrate('rollback')
    expect(stuck.status, 'a bridge about to go is none to go back to').to.equal(1)
    expect(stuck.stdout).to.match(/its net0 was on vmbr1001, whose deletion on node pve1 is staged by lanista migrate/)
    // By hand, past the journal.
    const journal = path.join(path.dirname(site.config), 'state/migration/journal.json')
    await writeFile(journal, (await readFile(journal, 'utf8')).replace(/"nics":\[[^\]]*\]/, '"nics":[]'))
    const status = await migrate('status')
    expect(status.status).to.equal(2)
    expect(status.stdout).to.match(/bridge vmbr1001 on node pve1: its removal was begun/)
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(/it stays, as its range was put back after its deletion was staged/)
    expect(done.stdout).to.match(/the staged deletion of vmbr1001 is taken back/)
    expect([bridges(), node().stagedNetwork]).to.deep.equal([['vmbr1000', 'vmbr1001'], undefined])
    expect((await migrate('rollback')).status).to.equal(0)
    expect((await migrate('status')).status).to.equal(0)
  })

  for (const effect of ['reset', 'hang'] as const)
    it(`tells of a bridge whose deletion Proxmox neither answers nor carries out (${effect})`, async () => {
      await moved([AB, CD])
      site.simulator.arm({ on: 'request', match: DELETE_AB, at: 'before', effect: { kind: effect } })
      const done = await finish()
      expect(done.stdout, done.stderr).to.match(
        /! bridge vmbr1001 on node pve1: Proxmox did not answer .*run this again/,
      )
      expect(done.stdout).to.match(/removed: vmbr1002 on pve1\n$/)
      expect(done.status).to.equal(1)
      expect((await finish()).stdout).to.match(/removed: vmbr1001 on pve1\n$/)
    })

  it('knows a deletion of its own that Proxmox carries out late', async () => {
    await moved([AB, CD])
    site.simulator.arm({ on: 'request', match: DELETE_AB, at: 'before', effect: { kind: 'hang' } })
    const late = (inWorld: World): void => {
      const at = inWorld.nodes.get('pve1')!
      at.stagedNetwork = withoutInterface(at.stagedNetwork!, 'vmbr1001')
    }
    site.simulator.arm({ on: 'request', match: DELETE_CD, at: 'after', effect: { kind: 'edit', edit: late } })
    const done = await finish()
    expect(done.stdout, done.stderr).to.match(/removed: vmbr1001 on pve1, vmbr1002 on pve1\n$/)
    expect(done.status).to.equal(0)
  })

  it('does not say that a deletion is taken back which somebody has brought into force just before', async () => {
    await moved()
    const comes = (inWorld: World): void =>
      void inWorld.guests.get(AB_ROUTER)?.config.set('net5', 'virtio=BC:24:11:0A:0A:0A,bridge=vmbr1001')
    const reloads = (inWorld: World): void => {
      const at = inWorld.nodes.get('pve1')!
      at.network = at.stagedNetwork ?? at.network
      at.stagedNetwork = undefined
      bringUpNetwork(at)
    }
    site.simulator.arm({ on: 'request', match: DELETE_AB, at: 'after', effect: { kind: 'edit', edit: comes } })
    site.simulator.arm({ on: 'request', match: REVERT, at: 'before', effect: { kind: 'edit', edit: reloads } })
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(
      /! bridge vmbr1001 on node pve1: its deletion came into force before it could be taken back; make it again \(pvesh create/,
    )
    expect(done.stdout).not.to.match(/vmbr1001 is taken back/)
  })

  it('ends with a sentence where its journal can not be written or read, and goes on once it can', async () => {
    await moved([AB, CD])
    const folder = path.join(path.dirname(site.config), 'state/migration')
    const inTheWay = path.join(folder, `.journal.json.${process.pid}.tmp`)
    const full = async (): Promise<void> => {
      await mkdir(inTheWay)
    }
    site.simulator.arm({ on: 'request', match: DELETE_AB, at: 'after', effect: { kind: 'edit', edit: full } })
    const ended = await finish()
    expect(ended.status).to.equal(1)
    expect(ended.stderr).to.match(/journal.json: the journal of the move can't be written: .*; see to that, then run/)
    expect(bridges()).to.include('vmbr1001')
    await rm(inTheWay, { recursive: true })
    const text = await readFile(path.join(folder, 'journal.json'), 'utf8')
    await writeFile(path.join(folder, 'journal.json'), text.slice(0, 100))
    for (const verb of ['plan', 'run', 'status', 'rollback', 'finish']) {
      const damaged = await migrate(verb)
      expect(damaged.status, verb).to.equal(1)
      expect(damaged.stderr, verb).to.match(/the journal of the move: \S+journal.json can't be understood; nothing is/)
    }
    await writeFile(path.join(folder, 'journal.json'), text)
    const done = await finish()
    expect(done.stdout).to.match(/removed: vmbr1001 on pve1, vmbr1002 on pve1\n$/)
  })
})
