import { expect } from 'chai'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { withInterface, withoutInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import { migrateFinishCommand } from '../../controllers/commands/migrate-finish.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { quiet } from '../builders/quiet.ts'
import { itLong } from '../runner/long-runs.ts'
import { bridgeInstallation, type BridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 0, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 0, running: false, options: '' }
const [AB_ROUTER = 0] = vmidsOf(AB)
const DELETE_AB = { method: 'DELETE', path: /^\/nodes\/pve1\/network\/vmbr1001$/ } as const
const RELOAD = { method: 'PUT', path: /^\/nodes\/pve1\/network$/ } as const
const REVERT = { method: 'DELETE', path: /^\/nodes\/pve1\/network$/ } as const
type Match = { readonly method: 'DELETE' | 'PUT'; readonly path: RegExp }

describe('lanista migrate finish', () => {
  let site: Site
  let world: World
  const nodeOf = (name = 'pve1'): NodeState => world.nodes.get(name)!
  const bridges = (): readonly string[] =>
    [...nodeOf().network.keys()].filter((name) => name.startsWith('vmbr1')).sort()

  /** An installation that has moved. */
  const moved = async (
    ranges: readonly RangeOnBridges[] = [AB],
    others: BridgeInstallation['others'] = [],
    before: (world: World) => void = () => undefined,
  ): Promise<void> => {
    world = bridgeInstallation({ zone: 'simple', ranges, others })
    before(world)
    site = await openSite({}, world)
    await site.nodesHaveTold()
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    known = writes().length
  }
  let known = 0
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const finish = (...args: readonly string[]) => migrate('finish', '--yes', ...args)
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  /** Those that were sent since the move. */
  const calls = () =>
    writes()
      .slice(known)
      .map(({ method, path: at }) => `${method} ${at}`)
  const journalFile = (): string => path.join(path.dirname(site.config), 'state/migration/journal.json')
  const edits = (match: Match, at: 'before' | 'after', edit: (world: World) => void) =>
    site.simulator.arm({ on: 'request', match, at, effect: { kind: 'edit', edit } })
  /** A finish that is ended right after Proxmox has done a write, whose answer it never gets. */
  const cutOff = async (match: Match, at: 'before' | 'after' = 'after'): Promise<void> => {
    const running = startHere(['migrate', 'finish', '--yes', '--config', site.config])
    edits(match, at, () => running.stop())
    await running.ended.catch(() => undefined)
  }
  /** Whatever happens when the command has looked at everything so often. */
  const afterLook = (count: number, happens: (inWorld: World) => void) => {
    let left = count
    return site.simulator.journal.listen(({ path: at }, phase) => {
      if (phase !== 'answered' || !at.endsWith('/zones/localnetwork/bridges')) return
      left -= 1
      if (left === 0) happens(world)
    })
  }
  const onBridge = (bridge: string) => (inWorld: World) =>
    void inWorld.guests.get(AB_ROUTER)?.config.set('net5', `virtio=BC:24:11:0A:0A:0A,bridge=${bridge}`)
  const stages = (inWorld: World): void => {
    const node = inWorld.nodes.get('pve1')!
    const bridge = { type: 'bridge', autostart: '1' }
    node.stagedNetwork = withInterface(node.stagedNetwork ?? node.network, 'vmbr7', bridge)
  }

  it('removes the bridge of a range that has moved, and then there is nothing to do', async () => {
    await moved()
    const done = await finish()
    expect(done.status, done.stdout + done.stderr).to.equal(0)
    expect(calls()).to.deep.equal(['DELETE /nodes/pve1/network/vmbr1001', 'PUT /nodes/pve1/network'])
    expect(bridges()).to.deep.equal(['vmbr1000'])
    expect((await finish()).stdout).to.match(/nothing to remove\n$/)
    expect(calls()).to.have.length(2)
  })

  itLong('removes the bridges of ranges that have moved, with one reload of the node, and asks before', async () => {
    await moved([AB, CD])
    const asked = await migrate('finish')
    expect(asked.status).to.equal(1)
    expect(asked.stdout).to.match(/- bridge vmbr1001 on node pve1: nothing is on it any more\n- bridge vmbr1002/)
    expect(asked.stdout).to.match(/~ node pve1: its network is reloaded once\n/)
    expect(asked.stdout).to.match(/# the NAT bridge \(vmbr1000\) is left to lanista migrate host/)
    expect(asked.stderr).to.match(/nobody is at the terminal to agree to it.*--yes/)
    expect(calls()).to.deep.equal([])

    const done = await finish()
    expect(done.status, done.stdout + done.stderr).to.equal(0)
    expect(done.stdout).to.match(/removed: vmbr1001 on pve1, vmbr1002 on pve1\n$/)
    expect(calls()).to.deep.equal([
      'DELETE /nodes/pve1/network/vmbr1001',
      'DELETE /nodes/pve1/network/vmbr1002',
      'PUT /nodes/pve1/network',
    ])
    expect(bridges()).to.deep.equal(['vmbr1000'])
    const again = await finish()
    expect(again.status).to.equal(0)
    expect(again.stdout).to.match(/nothing to remove\n$/)
    expect(calls()).to.have.length(3)
  })

  itLong(
    'leaves a bridge that any guest is on, will be on, or was on in a snapshot, and removes the others',
    async () => {
      const guest = (vmid: number, bridge: string) => ({
        name: `g${vmid}`,
        vmid,
        node: 'pve1',
        nics: [`virtio=BC:24:11:09:09:${vmid % 90},bridge=${bridge}`],
      })
      const EF: RangeOnBridges = { ...CD, id: 'EF', number: 3 }
      const GH: RangeOnBridges = { ...CD, id: 'GH', number: 4 }
      await moved([AB, CD, EF, GH], [guest(301, 'vmbr1001'), guest(302, 'vmbr0'), guest(303, 'vmbr0')])
      const nic = (bridge: string) => `virtio=BC:24:11:09:09:09,bridge=${bridge}`
      world.guests.get(302)?.pending.set('net0', nic('vmbr1002'))
      world.guests.get(303)?.snapshots.set('before', new Map([['net0', nic('vmbr1003')]]))
      const done = await finish()
      expect(done.status).to.equal(1)
      expect(done.stdout).to.match(
        /! bridge vmbr1001 on node pve1: it stays, as net0 of g301 \(VMID 301\) is on it; put/,
      )
      expect(done.stdout).to.match(
        /! bridge vmbr1002 on node pve1: it stays, as net0 of g302 \(VMID 302\) is on it; put/,
      )
      expect(done.stdout).to.match(
        /! bridge vmbr1003 .* net0 in snapshot "before" of g303 \(VMID 303\).* delete these snap/,
      )
      expect(done.stdout).to.match(/removed: vmbr1004 on pve1\n$/)
      expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001', 'vmbr1002', 'vmbr1003'])
    },
  )

  itLong('removes nothing of what it can not see to be free', async () => {
    await moved()
    const stays = async (says: RegExp): Promise<void> => {
      const done = await finish()
      expect(done.status, done.stdout).to.equal(1)
      expect(done.stdout).to.match(says)
      expect(calls()).to.deep.equal([])
    }
    const refused = { kind: 'answer', status: 403, message: 'Permission check failed' } as const
    const pending = { method: 'GET', path: new RegExp(`/qemu/${AB_ROUTER}/pending$`) } as const
    const fault = site.simulator.arm({ on: 'request', match: pending, at: 'before', effect: refused, times: 100 })
    await stays(/! VM \d+ can't be read: .*; it may be on an old bridge, so none is removed/)
    fault.disarm()
    await appendFile(site.config, 'cluster_mode: false\n')
    await stays(/! the old bridges: ranges get bridges here still.*cluster_mode: true/)
    await writeFile(site.config, (await readFile(site.config, 'utf8')).replace('cluster_mode: false', ''))
    const { configured } = world.sdn
    const office = { type: 'vlan', bridge: 'vmbr1001' }
    world.sdn.configured = { ...configured, zones: new Map([...configured.zones, ['office', office]]) }
    await stays(/! bridge vmbr1001 on node pve1: it stays, as SDN zone office uses it; give that zone another bridge/)
    world.sdn.configured = configured
    stages(world)
    await stays(
      /! node pve1: changes of somebody are staged there, .*pvesh set \/nodes\/pve1\/network, or pvesh delete/,
    )
    nodeOf().stagedNetwork = undefined
    await writeFile(
      path.join(site.ranges, 'EF.yml'),
      `${rangeText([{ name: 'a', vlan: 10, octet: 1 }])}ludus_extensions: {lanista: {range_number: 1}}\n`,
    )
    await stays(/as the file of range EF asks for its number, 1; give that range another range_number/)
  })

  itLong('leaves what somebody has made of a bridge of Ludus', async () => {
    const change = (inWorld: World, name: string, more: object) => {
      const node = inWorld.nodes.get('pve1')!
      node.network = new Map(node.network).set(name, { ...node.network.get(name), ...more })
    }
    await moved([AB, CD, { ...CD, id: 'EF', number: 3 }, { ...CD, id: 'GH', number: 4 }], [], (inWorld) => {
      change(inWorld, 'vmbr1002', { address: '10.9.9.1', netmask: '24', cidr: '10.9.9.1/24', method: 'static' })
      const lines = ['10.3.0.0/16 via 192.0.2.103', '10.3.0.0/16 via 192.0.2.103']
      const options = [`post-up ip route add ${lines[0]}`, `post-down ip route del ${lines[1]}`]
      const comments = ' LUDUS MANAGED INTERFACE FOR USER 3 END\n LUDUS MANAGED INTERFACE FOR USER 4 BEGIN\n'
      change(inWorld, 'vmbr1003', { options, comments })
      change(inWorld, 'vmbr1004', { options: ['post-up iptables -A FORWARD -j ACCEPT'] })
      const node = inWorld.nodes.get('pve1')!
      node.network = withInterface(node.network, 'vmbr9', { type: 'bridge', bridge_ports: 'vmbr1001.10' })
      bringUpNetwork(node)
    })
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(/! bridge vmbr1001 .* as it carries vmbr9; if nothing needs it, remove it yourself/)
    expect(done.stdout).to.match(/! bridge vmbr1002 .* as it has the address 10.9.9.1/)
    expect(done.stdout).to.match(/! bridge vmbr1004 .* as it has lines that Ludus does not write: "post-up iptables/)
    expect(done.stdout).to.match(
      /# node pve1: with vmbr1003 goes its route 10.3.0.0\/16 via 192.0.2.103.*ip route replace/,
    )
    expect(done.stdout).to.match(/removed: vmbr1003 on pve1\n$/)
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001', 'vmbr1002', 'vmbr1004'])
  })

  itLong(
    'looks again right before each write, and stages nothing where somebody has put a NIC there meanwhile',
    async () => {
      await moved()
      const stop = afterLook(1, onBridge('vmbr1001'))
      const done = await finish()
      stop()
      expect(done.status).to.equal(1)
      expect(done.stdout).to.match(/net5 of AB-router\S+ \(VMID \d+\) is on it/)
      expect(calls()).to.deep.equal([])
    },
  )

  itLong('takes its staged deletion back where a NIC came onto the bridge before the reload', async () => {
    await moved()
    edits(DELETE_AB, 'after', onBridge('vmbr1001'))
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(/! bridge vmbr1001: it stays, as net5 of AB-router/)
    expect(done.stdout).to.match(/~ node pve1: the staged deletion of vmbr1001 is taken back/)
    expect(calls()).to.deep.equal(['DELETE /nodes/pve1/network/vmbr1001', 'DELETE /nodes/pve1/network'])
    expect([nodeOf().stagedNetwork, bridges()]).to.deep.equal([undefined, ['vmbr1000', 'vmbr1001']])
    world.guests.get(AB_ROUTER)?.config.delete('net5')
    expect((await finish()).stdout).to.match(/removed: vmbr1001 on pve1\n$/)
  })

  itLong('does not take its deletion back together with what somebody has just staged', async () => {
    await moved()
    edits(DELETE_AB, 'after', onBridge('vmbr1001'))
    const stop = afterLook(3, stages)
    const done = await finish()
    stop()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(/! node pve1: changes of somebody \(of vmbr7\) are staged there beside the deletion/)
    expect(calls()).to.deep.equal(['DELETE /nodes/pve1/network/vmbr1001'])
  })

  itLong('neither applies nor reverts what somebody stages between its deletion and the reload', async () => {
    await moved()
    edits(DELETE_AB, 'after', stages)
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(
      /! node pve1: changes of somebody \(of vmbr7\) are staged there beside the deletion of vmbr1001/,
    )
    expect(calls()).to.deep.equal(['DELETE /nodes/pve1/network/vmbr1001'])
    expect(nodeOf().stagedNetwork?.has('vmbr7')).to.equal(true)
    // They take theirs away, and it is carried on.
    nodeOf().stagedNetwork = withoutInterface(nodeOf().stagedNetwork!, 'vmbr7')
    const rest = await finish()
    expect(rest.status, rest.stdout).to.equal(0)
    expect(rest.stdout).to.match(/- bridge vmbr1001 on node pve1: its deletion is staged by an earlier run\n/)
    expect(bridges()).to.deep.equal(['vmbr1000'])
  })

  for (const [what, match, at] of [
    ['before its deletion is staged', DELETE_AB, 'before'],
    ['when its deletion is staged', DELETE_AB, 'after'],
    ['before the reload', RELOAD, 'before'],
    ['when the reload has begun', RELOAD, 'after'],
  ] as const)
    itLong(`carries on after it was ended ${what}`, async () => {
      await moved([AB, CD])
      await cutOff(match, at)
      await site.nodesHaveTold()
      const done = await finish()
      expect(done.status, done.stdout + done.stderr).to.equal(0)
      expect(bridges()).to.deep.equal(['vmbr1000'])
      const ends = calls().length
      expect(calls().filter((call) => call === 'PUT /nodes/pve1/network')).to.have.length(1)
      expect((await finish()).status).to.equal(0)
      expect(calls()).to.have.length(ends)
    })

  itLong('takes a deletion that it left staged for its own alone', async () => {
    await moved()
    await cutOff(DELETE_AB)
    const status = await migrate('status')
    expect(status.status).to.equal(2)
    expect(status.stdout).to.match(
      /bridge vmbr1001 on node pve1: its removal was begun; lanista migrate finish carries/,
    )
    onBridge('vmbr1001')(world)
    const back = await finish()
    expect(back.status).to.equal(1)
    expect(back.stdout).to.match(
      /~ bridge vmbr1001 on node pve1: its deletion, staged by an earlier run, is taken back/,
    )
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001'])
    expect(nodeOf().stagedNetwork).to.equal(undefined)
    world.guests.get(AB_ROUTER)?.config.delete('net5')
    // The same deletion by somebody is theirs to apply.
    nodeOf().stagedNetwork = withoutInterface(nodeOf().network, 'vmbr1001')
    const theirs = await finish()
    expect(theirs.stdout).to.match(/nothing to remove\n$/)
    expect(nodeOf().stagedNetwork).not.to.equal(undefined)
  })

  itLong('says what to do where the reload fails, and reloads again the next time', async () => {
    await moved()
    site.simulator.arm({ on: 'reload', node: 'pve1', fails: true })
    const failed = await finish()
    expect(failed.status).to.equal(1)
    expect(failed.stdout).to.match(/! node pve1: its reload failed: .*ifreload.* vmbr1001 .*then run this again/)
    const done = await finish()
    expect(done.status, done.stdout).to.equal(0)
    expect(done.stdout).to.match(/removed: vmbr1001 on pve1\n$/)
    expect(calls().filter((call) => call === 'PUT /nodes/pve1/network')).to.have.length(2)
    expect(nodeOf().bridges.has('vmbr1001')).to.equal(false)
  })

  itLong('takes its deletion back where Proxmox refuses the reload', async () => {
    await moved()
    const refused = { kind: 'answer', status: 403, message: 'Permission check failed' } as const
    site.simulator.arm({ on: 'request', match: RELOAD, at: 'before', effect: refused })
    const failed = await finish()
    expect(failed.status).to.equal(1)
    expect(failed.stdout).to.match(/! node pve1: its network can't be reloaded: .*Permission/)
    expect(calls().at(-1)).to.equal('DELETE /nodes/pve1/network')
    expect([nodeOf().stagedNetwork, bridges()]).to.deep.equal([undefined, ['vmbr1000', 'vmbr1001']])
    expect(REVERT.path.test('/nodes/pve1/network')).to.equal(true)
  })

  for (const effect of ['reset', 'hang'] as const)
    itLong(`believes its next look where a deletion gets no answer (${effect})`, async () => {
      await moved([AB, CD])
      site.simulator.arm({ on: 'request', match: DELETE_AB, at: 'after', effect: { kind: effect } })
      const done = await finish()
      expect(done.status, done.stdout + done.stderr).to.equal(0)
      expect(bridges()).to.deep.equal(['vmbr1000'])
      expect(calls()).to.deep.equal([
        'DELETE /nodes/pve1/network/vmbr1001',
        'DELETE /nodes/pve1/network/vmbr1002',
        'PUT /nodes/pve1/network',
      ])
    })

  itLong(
    'waits no longer than anybody would for a reload that hangs, and leaves the node alone while it does',
    async () => {
      await moved()
      site.simulator.arm({ on: 'reload', node: 'pve1', fails: false, takes: 3_600_000 })
      const hangs = await finish()
      expect(hangs.status).to.equal(1)
      expect(hangs.stdout).to.match(
        /! node pve1: its reload failed: .*has not ended for 120 s; .*vmbr1001 can't be found/,
      )
      const again = await finish()
      expect(again.status).to.equal(1)
      expect(again.stdout).to.match(/! node pve1: its network is being reloaded just now/)
      expect(calls()).to.have.length(2)
    },
  )

  itLong('asks at a terminal, and does nothing unless it is agreed to', async () => {
    await moved()
    const asking = async (answer: string): Promise<number> => {
      const questions: string[] = []
      const question = (text: string): Promise<string> => {
        questions.push(text)
        return Promise.resolve(answer)
      }
      const composition = compose({ version: 'test', environment: {} })
      const status = await migrateFinishCommand(
        { ranges: [], config: site.config, yes: false },
        { ...composition, openLog: () => quiet },
        { print: () => undefined, paint: (_, text) => text, question },
        new AbortController().signal,
      )
      expect(questions).to.deep.equal(['Type yes to do this: '])
      return status
    }
    expect(await asking('y')).to.equal(1)
    expect(calls()).to.deep.equal([])
    expect(await asking('yes')).to.equal(0)
    expect(bridges()).to.deep.equal(['vmbr1000'])
  })

  itLong('keeps a bridge for a guest of another node of the cluster, and for a node that is off', async () => {
    world = bridgeInstallation({
      zone: 'vxlan',
      ranges: [AB, CD],
      others: [{ name: 'web', vmid: 301, node: 'pve2', nics: ['virtio=BC:24:11:09:00:02,bridge=vmbr1001'] }],
    })
    site = await openSite({}, world)
    await site.nodesHaveTold()
    await migrate('run')
    known = writes().length
    const pve3 = nodeOf('pve3')
    pve3.online = false
    const off = await finish()
    expect(off.status).to.equal(1)
    // Proxmox calls it online for some seconds still.
    expect(off.stdout, off.stderr).to.match(
      /! node pve3: it .*no.* old bridge.*| guests can't be counted: .*run this again/,
    )
    expect(calls()).to.deep.equal([])
    pve3.online = true
    await site.nodesHaveTold()
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(/! bridge vmbr1001 on node pve1: it stays, as net0 of web \(VMID 301\) is on it/)
    expect(done.stdout, done.stderr).to.match(/removed: vmbr1002 on pve1\n$/)
  })

  itLong('removes the bridges of the ranges that are named, and knows no range that was never moved', async () => {
    await moved([AB, CD])
    const done = await finish('--range', 'CD')
    expect(done.stdout).to.match(/removed: vmbr1002 on pve1\n$/)
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001'])
    const none = await finish('--range', 'XY')
    expect([none.status, none.stderr]).to.satisfy(([status, text]: [number, string]) => status === 1 && /XY/.test(text))
  })

  itLong('leaves the bridge of a range that a way back may need', async () => {
    await moved([AB, CD])
    const journal = (await readFile(journalFile(), 'utf8')).replace('"proven":true', '"proven":false')
    await writeFile(journalFile(), journal)
    const done = await finish()
    expect(done.status).to.equal(1)
    expect(done.stdout).to.match(
      /bridge vmbr1001 .* of AB is not known to have moved; move it \(lanista migrate run --range AB/,
    )
    expect(bridges()).to.deep.equal(['vmbr1000', 'vmbr1001'])
  })
})
