import { expect } from 'chai'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { RequestMatch } from '../../adapters/simulator/journal.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'

const FILE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const THEIRS = { vnet: 'theirs', zone: 'ludus', tag: 4242 }

const networkOf = (lab: Lab) => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'NetworkReady')
const hasReason = (lab: Lab, reason: string) => (): boolean => networkOf(lab)?.reason === reason
const sdnOf = ({ simulator: { world } }: Lab) => ({
  configured: [...world.sdn.configured.vnets.keys()].sort(),
  running: [...world.sdn.running.vnets.keys()].sort(),
})
const appliesOf = (lab: Lab) => lab.writes().filter(({ method, path }) => method === 'PUT' && path === '/cluster/sdn')

/** Lets a person act at the moment a request of the controller arrives, once. */
function whenAsked(lab: Lab, match: RequestMatch, act: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const edit = async (): Promise<void> => {
      await act().then(resolve, reject)
    }
    lab.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'edit', edit } })
  })
}

const LOCK = { method: 'POST', path: '/cluster/sdn/lock' }
const WRITE = { method: 'POST', path: '/cluster/sdn/vnets', user: 'lanista@pve!lanista' }
const APPLY = { method: 'PUT', path: '/cluster/sdn' }

describe("somebody else's edits of the SDN", () => {
  let lab: Lab
  const open = async (release: string): Promise<ReturnType<typeof personIn>> => {
    const world = demoCluster()
    Object.assign(world.version, { release, version: `${release}.1` })
    lab = await openLab({ world })
    return personIn(lab.simulator)
  }
  const dropped = () => lab.drop('JD.yml', FILE)
  afterEach(() => lab.close())

  for (const release of cases(['9.1', '8.4'], every(2))) {
    describe(`on Proxmox VE ${release}`, () => {
      itLong('made before ours are waited for, shown with their difference, and left as they are', async () => {
        const person = await open(release)
        await person('POST', '/cluster/sdn/vnets', THEIRS)
        await dropped()
        await lab.until(hasReason(lab, 'ForeignPending'))
        expect(networkOf(lab)?.message)
          .to.contain('vnet theirs (new)')
          .and.contain(release === '9.1' ? 'roll them back' : 'take them back there one by one')
        expect(lab.writes().filter(({ user }) => user?.startsWith('lanista'))).to.deep.equal([])
        expect(sdnOf(lab)).to.deep.equal({ configured: ['theirs'], running: [] })
        await person('DELETE', '/cluster/sdn/vnets/theirs')
        await lab.until(() => lab.ready('JD'))
      })

      itLong('made while ours are applied stay pending', async () => {
        const person = await open(release)
        const reloading = new Promise<unknown>((resolve, reject) => {
          const stop = lab.simulator.journal.listen(({ method, path, status }, at) => {
            if (at !== 'answered' || method !== 'PUT' || path !== '/cluster/sdn' || status !== 200) return
            stop()
            person('POST', '/cluster/sdn/vnets', THEIRS).then(resolve, reject)
          })
        })
        await dropped()
        expect(await reloading).to.include({ status: 200 })
        await lab.until(() => lab.ready('JD'))
        await lab.pass()
        expect(sdnOf(lab)).to.deep.equal({ configured: ['ludusnat', 'r1', 'theirs'], running: ['ludusnat', 'r1'] })
        expect(appliesOf(lab)).to.have.length(1)
      })

      it('made in subnets, which no list of VNets shows, are waited for', async () => {
        const person = await open(release)
        await person('POST', '/cluster/sdn/vnets', THEIRS)
        await person('PUT', '/cluster/sdn')
        await lab.until(() => sdnOf(lab).running.includes('theirs'))
        await person('POST', '/cluster/sdn/vnets/theirs/subnets', { subnet: '10.9.0.0/24', type: 'subnet' })
        await dropped()
        await lab.until(hasReason(lab, 'ForeignPending'))
        expect(networkOf(lab)?.message).to.contain('subnet 10.9.0.0/24 of vnet theirs (new)')
        expect(sdnOf(lab).running).to.deep.equal(['theirs'])
      })
    })
  }

  itLong('between our look and our lock are refused by the lock itself', async () => {
    const person = await open('9.1')
    const acted = whenAsked(lab, LOCK, () => person('POST', '/cluster/sdn/vnets', THEIRS))
    await dropped()
    expect(await acted).to.include({ status: 200 })
    await lab.until(hasReason(lab, 'ForeignPending'))
    expect(networkOf(lab)?.message).to.contain('vnet theirs (new)')
    expect(appliesOf(lab)).to.deep.equal([])
    expect(sdnOf(lab)).to.deep.equal({ configured: ['theirs'], running: [] })
    expect(lab.simulator.world.sdn.lock).to.equal(undefined)
    await person('PUT', '/cluster/sdn')
    await lab.until(() => lab.ready('JD'))
    expect(sdnOf(lab).running).to.deep.equal(['ludusnat', 'r1', 'theirs'])
  })

  for (const [moment, match] of [
    ['our lock and our first write', WRITE],
    ['our writes and our apply', APPLY],
  ] as const) {
    it(`between ${moment} are refused by Proxmox, since we hold the lock`, async () => {
      const person = await open('9.1')
      const acted = whenAsked(lab, match, () => person('POST', '/cluster/sdn/vnets', THEIRS))
      await dropped()
      expect(await acted).to.deep.include({ status: 500 })
      await lab.until(() => lab.ready('JD'))
      expect(sdnOf(lab)).to.deep.equal({ configured: ['ludusnat', 'r1'], running: ['ludusnat', 'r1'] })
    })
  }

  it('between our writes and our apply are waited for where Proxmox has no lock', async () => {
    const person = await open('8.4')
    const acted = whenAsked(lab, WRITE, () => person('POST', '/cluster/sdn/vnets', THEIRS))
    await dropped()
    expect(await acted).to.include({ status: 200 })
    await lab.until(hasReason(lab, 'ForeignPending'))
    expect(sdnOf(lab)).to.deep.equal({ configured: ['ludusnat', 'r1', 'theirs'], running: [] })
    expect(appliesOf(lab)).to.deep.equal([])
    await person('DELETE', '/cluster/sdn/vnets/theirs')
    await lab.until(() => lab.ready('JD'))
    expect(sdnOf(lab).running).to.deep.equal(['ludusnat', 'r1'])
  })

  itLong('staged in the interfaces of a node, which an apply activates, are waited for at each moment', async () => {
    for (const match of cases([undefined, LOCK, WRITE], every(2))) {
      const person = await open('9.1')
      const stage = () => person('POST', '/nodes/pve2/network', { iface: 'vmbr7', type: 'bridge', autostart: 1 })
      const acted = match === undefined ? stage() : whenAsked(lab, match, stage)
      if (match === undefined) await acted
      await dropped()
      expect(await acted).to.include({ status: 200 })
      await lab.until(hasReason(lab, 'ForeignStaged'))
      expect(networkOf(lab)?.message).to.match(/node pve2: "\+auto vmbr7".*pvesh delete \/nodes\/pve2\/network/)
      expect(appliesOf(lab)).to.deep.equal([])
      expect(lab.simulator.world.nodes.get('pve2')?.network.has('vmbr7')).to.equal(false)
      expect(lab.simulator.world.sdn.lock).to.equal(undefined)
      await person('DELETE', '/nodes/pve2/network')
      await lab.until(() => lab.ready('JD'))
      if (match !== WRITE) await lab.close()
    }
  })

  itLong('are applied along where the configuration says so', async () => {
    const person = await open('9.1')
    await lab.close()
    lab = await openLab({ settings: { applyForeign: true } })
    await personIn(lab.simulator)('POST', '/cluster/sdn/vnets', THEIRS)
    await dropped()
    await lab.until(() => lab.ready('JD'))
    expect(sdnOf(lab).running).to.deep.equal(['ludusnat', 'r1', 'theirs'])
    expect(typeof person).to.equal('function')
  })
})
