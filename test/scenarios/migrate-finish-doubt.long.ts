import { expect } from 'chai'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type BridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 0, running: false, options: '' }
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
})
