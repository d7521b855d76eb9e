import { expect } from 'chai'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere } from './command-line.ts'
import { personIn } from './person.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }

describe('the networks of a move', function () {
  this.timeout(60_000)
  let site: Site
  let world: World
  const open = async (): Promise<void> => {
    world = bridgeInstallation({ zone: 'vxlan', ranges: [AB], others: [] })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (verb: string) => lanistaHere(['migrate', verb, '--config', site.config])
  const applies = () => site.simulator.journal.find({ method: 'PUT', path: '/cluster/sdn' }).length
  const bridges = () =>
    vmidsOf(AB).flatMap((vmid) =>
      [...(world.guests.get(vmid)?.config ?? [])].flatMap(([key, value]) =>
        /^net\d/.test(key) ? [/bridge=(\w+)/.exec(String(value))?.[1]] : [],
      ),
    )
  const failing = (times: number) => site.simulator.arm({ on: 'reload', node: 'pve1', fails: true, times })

  it('are applied again where a node of its VMs did not reload, once', async () => {
    await open()
    failing(1)
    const run = await migrate('run')
    expect(run.stdout).to.match(/moved: AB\n$/)
    expect(applies()).to.equal(2)
    expect(bridges()).to.deep.equal(['ludusnat', 'r1', 'r1'])
  })

  it('say what to do where that has not helped, and are applied again by the next run, as the plan says', async () => {
    await open()
    const reloads = failing(99)
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(
      /! node pve1 did not reload its network \(.*\); applying again has not helped; put the node in order \(ifreload -a on pve1 tells what is wrong\), then run this again\n/,
    )
    expect(applies()).to.equal(2)
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001', 'vmbr1001'])
    reloads.disarm()
    expect((await migrate('plan')).stdout).to.match(
      /# node pve1 did not reload .*; lanista migrate run applies again before a NIC moves there\n/,
    )
    expect((await migrate('run')).stdout).to.match(/moved: AB\n$/)
    expect(applies()).to.equal(3)
    expect((await migrate('run')).stdout).to.match(/nothing to move\n$/)
    expect(applies()).to.equal(3)
  })

  it('are waited for where the apply stands at a node that is off', async () => {
    await open()
    await site.simulator.powerOff('pve2')
    for (let look = 0; look < 3; look += 1) await site.nodesHaveTold()
    const run = await migrate('run')
    expect(run.stdout, run.stderr).to.match(/moved: AB\n$/)
  })

  it('are for whoever could use the bridges, and a right that could not be given is given by the next run', async () => {
    await open()
    const may = { type: 'group', ugid: 'class', roleid: 'PVESDNUser', propagate: true } as const
    world.access.groups.set('class', new Set())
    world.access.acl.push({ ...may, path: '/sdn/zones/localnetwork/vmbr1000' })
    const first = await migrate('run')
    expect(first.status).to.equal(1)
    expect(first.stdout.match(/^! group class is not given .* lacks Permissions.Modify/gm)).to.have.length(1)
    expect(first.stdout).to.match(/moved: AB\n$/)
    const plan = await migrate('plan')
    expect(plan.stdout).to.match(/\+ group class may use \/sdn\/zones\/ludus\/ludusnat \(PVESDNUser\)/)
    expect(plan.status).to.equal(2)
    world.access.acl.push({
      type: 'user',
      ugid: 'lanista@pve',
      roleid: 'Administrator',
      path: '/sdn/zones/ludus',
      propagate: true,
    })
    const second = await migrate('run')
    expect(second.stdout).to.match(/\+ group class may use .*\n[^]*nothing to move\n$/)
    expect(second.status).to.equal(0)
    expect((await migrate('run')).stdout).to.match(/nothing to move\n$/)
    expect((await migrate('plan')).status).to.equal(0)
  })

  it('tell whoever ran a command to run it again, where nothing goes on by itself', async () => {
    await open()
    const person = personIn(site.simulator)
    await person('POST', '/cluster/sdn/lock')
    const locked = await migrate('run')
    expect(locked.stdout).to.match(
      /somebody holds the SDN lock, so nothing can be changed; run this again when it is rel/,
    )
    await person('DELETE', '/cluster/sdn/lock', { force: 1 })
    await person('POST', '/cluster/sdn/vnets', { vnet: 'theirs', zone: 'ludus', tag: 4444 })
    for (const verb of ['plan', 'run']) {
      const { stdout, status } = await migrate(verb)
      expect(status, verb).to.equal(1)
      expect(stdout, verb).to.match(/! vnet ludusnat: .*vnet theirs \(new\).*; run this again once that is settled/)
      expect(stdout, verb).not.to.match(/goes on by itself/)
    }
    expect(applies()).to.equal(0)
  })
})
