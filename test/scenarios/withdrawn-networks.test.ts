import { expect } from 'chai'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import type { RequestMatch } from '../../adapters/simulator/journal.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { bridgesWorld } from './bridges-world.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const RANGE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const GOES = `${RANGE}ludus_extensions: { lanista: { state: absent } }\n`
const SUSPENDED = `${RANGE}ludus_extensions: { lanista: { suspend: { reason: exam } } }\n`
const APPLY = { method: 'PUT', path: '/cluster/sdn' }
const ACTIVATE = { method: 'PUT', path: '/nodes/pve1/network' }

const stageForeign = (world: World): void => {
  const node = world.nodes.get('pve1')!
  const params = { type: 'bridge', bridge_ports: '', comments: 'of Ann' }
  node.stagedNetwork = withInterface(node.stagedNetwork ?? node.network, 'vmbr7', params)
}

describe('networks that are withdrawn while they are written', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const networkOf = (id = 'JD') => lab.controller.board.get(id)?.conditions.find(({ type }) => type === 'NetworkReady')
  /** Changes the world as such a request arrives, once. */
  const when = (match: RequestMatch, edit: (world: World) => void | Promise<void>, skip = 0): void =>
    void lab.simulator.arm({ on: 'request', match, skip, at: 'before', effect: { kind: 'edit', edit } })
  const writesOf = (since: number, { method, path }: { readonly method: string; readonly path: string | RegExp }) =>
    lab
      .writes()
      .slice(since)
      .filter((each) => each.method === method && (path instanceof RegExp ? path.test(each.path) : each.path === path))
  /** The first such request is refused since Proxmox' own lock was not had in time, and then the world changes. */
  const refuseOnce = (match: typeof APPLY, message: string, then: (world: World) => unknown): void => {
    lab.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'answer', status: 500, message } })
    const stop = lab.simulator.journal.listen((entry, phase) => {
      if (phase !== 'answered' || entry.method !== match.method || entry.path !== match.path) return
      stop()
      then(lab.simulator.world)
    })
  }

  itLong(
    'a deletion whose range is wanted again before the apply is taken back, and no other range waits for it',
    async () => {
      lab = await openReadyLab({ 'JD.yml': RANGE })
      const since = lab.writes().length
      when({ method: 'DELETE', path: '/cluster/sdn/vnets/r1' }, async () => {
        await lab.drop('JD.yml', SUSPENDED)
        await lab.drop('KT.yml', rangeText([{ name: 'k', vlan: 10, octet: 1 }]))
      })
      await lab.drop('JD.yml', GOES)
      await lab.until(() => lab.ready('KT'))
      const { configured, running } = lab.simulator.world.sdn
      expect(running.vnets.get('r1')).to.deep.equal(configured.vnets.get('r1'))
      expect(running.vnets.get('r1')).to.deep.include({ alias: 'lanista range JD', zone: 'ludus' })
      expect(writesOf(since, { method: 'DELETE', path: '/pools/JD' })).to.deep.equal([])
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => lab.ready('JD', 'KT'))
    },
  )

  itLong(
    'a VNet of a range that is suspended before the apply is taken back, and no other range waits for it',
    async () => {
      lab = await openLab()
      when({ method: 'POST', path: '/cluster/sdn/vnets', params: ({ vnet }) => vnet === 'r1' }, async () => {
        await lab.drop('JD.yml', SUSPENDED)
      })
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Suspended')
      await lab.pass()
      expect([...lab.simulator.world.sdn.configured.vnets.keys()]).to.deep.equal([])
      expect(writesOf(0, APPLY)).to.deep.equal([])
      await lab.drop('KT.yml', rangeText([{ name: 'k', vlan: 10, octet: 1 }]))
      await lab.until(() => lab.ready('KT'))
    },
  )

  itLong(
    'an apply that was refused for want of a lock is not sent again over what somebody has staged since',
    async () => {
      lab = await openLab()
      const message = "could not commit SDN config: cfs-lock 'domain-sdn' error: got lock request timeout"
      refuseOnce(APPLY, message, stageForeign)
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => networkOf()?.reason === 'ForeignStaged')
      expect(writesOf(0, APPLY)).to.have.length(1)
      lab.simulator.world.nodes.get('pve1')!.stagedNetwork = undefined
      await lab.until(() => lab.ready('JD'))
    },
  )

  it('an apply that was refused for want of a lock is not sent again for a range that is suspended since', async () => {
    lab = await openLab()
    const message = "could not commit SDN config: cfs-lock 'domain-sdn' error: got lock request timeout"
    let suspended: Promise<void> | undefined
    refuseOnce(APPLY, message, () => (suspended = lab.drop('JD.yml', SUSPENDED)))
    await lab.drop('JD.yml', RANGE)
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Suspended')
    await suspended
    await lab.pass()
    expect(writesOf(0, APPLY)).to.have.length(1)
  })

  describe('on a single node', () => {
    const bridges = (): readonly string[] =>
      [...lab.simulator.world.nodes.get('pve1')!.network.keys()].filter((name) => name.startsWith('vmbr1001'))

    itLong(
      'an activation that was refused for want of a lock is not sent again over what somebody has staged since',
      async () => {
        lab = await openLab({ world: bridgesWorld(1) })
        refuseOnce(ACTIVATE, "can't lock file '/etc/network/.pve-interfaces.lock' - got timeout", stageForeign)
        await lab.drop('JD.yml', RANGE)
        await lab.until(() => networkOf()?.reason === 'ForeignPending')
        expect(writesOf(0, ACTIVATE)).to.have.length(1)
      },
    )

    itLong(
      'an activation that was refused for want of a lock is not sent again under a guest that got a NIC since',
      async () => {
        lab = await openLab({ world: bridgesWorld(1), files: { 'JD.yml': RANGE } })
        await lab.until(() => lab.ready('JD'))
        const since = lab.writes().length
        const theirs: Guest = { ...lab.simulator.world.guests.get(1_010_001)!, vmid: 321 }
        const config = new Map([
          ['name', 'theirs'],
          ['net0', 'virtio=BC:24:11:00:00:09,bridge=vmbr1001'],
        ])
        const message = "can't lock file '/etc/network/.pve-interfaces.lock' - got timeout"
        refuseOnce(ACTIVATE, message, ({ guests }) => guests.set(321, { ...theirs, config }))
        await lab.drop('JD.yml', GOES)
        await lab.until(() => networkOf()?.reason === 'NetworkInUse')
        expect(writesOf(since, ACTIVATE)).to.have.length(1)
        expect(bridges()).to.deep.equal(['vmbr1001'])
      },
    )

    itLong('a deletion whose range is wanted again before the activation is taken back', async () => {
      lab = await openLab({ world: bridgesWorld(1), files: { 'JD.yml': RANGE } })
      await lab.until(() => lab.ready('JD'))
      const since = lab.writes().length
      when({ method: 'DELETE', path: '/nodes/pve1/network/vmbr1001' }, () => lab.drop('JD.yml', RANGE))
      await lab.drop('JD.yml', GOES)
      await lab.until(() => writesOf(since, { method: 'DELETE', path: /\/network\/vmbr1001$/ }).length > 0)
      await lab.until(() => lab.ready('JD') && lab.controller.board.get('JD')?.vms.length === 2)
      expect(writesOf(since, { method: 'DELETE', path: /\/network\/vmbr1001$/ })).to.have.length(1)
      expect(bridges()).to.deep.equal(['vmbr1001'])
    })
  })
})
