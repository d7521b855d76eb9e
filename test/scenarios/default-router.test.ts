import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { type Lab, openLab } from './lab.ts'
import { itLong } from '../runner/long-runs.ts'

const ROUTER_ONLY = 'ludus: []\n'
const GOES = `${ROUTER_ONLY}ludus_extensions: { lanista: { state: absent } }\n`
const TEMPLATES = [11, 12, 13].map((release) => `debian-${release}-x64-server-template`)

describe('the router of a range whose file does not name it', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const named = (): readonly unknown[] =>
    [...lab.simulator.world.guests.values()]
      .filter(({ config }) => config.get('template') === undefined)
      .map(({ vmid, config }) => [vmid, config.get('name')])

  itLong(
    'is the one that a release of Ludus made before, beside newer templates, and goes with the range',
    async () => {
      const world = clusterFrom({
        templates: TEMPLATES,
        vnets: [{ name: 'ludusnat', tag: 16_777_215, vlan_aware: true }],
        guests: [
          {
            name: 'JD-router-debian11-x64',
            vmid: 105,
            node: 'pve2',
            pool: 'JD',
            running: true,
            memory_mib: 2048,
            nics: ['virtio,bridge=ludusnat'],
          },
        ],
      })
      lab = await openLab({ world, files: { 'JD.yml': ROUTER_ONLY, 'KT.yml': ROUTER_ONLY } })
      await lab.until(() => lab.ready('JD', 'KT'))
      expect(named()).to.have.deep.members([
        [105, 'JD-router-debian11-x64'],
        [2_001_254, 'KT-router-debian13-x64'],
      ])
      const told = () => lab.controller.board.get('JD')?.vms.map(({ name }) => name)
      expect(told()).to.deep.equal(['JD-router-debian11-x64'])
      await lab.drop('KT.yml', GOES)
      await lab.until(() => lab.controller.board.get('KT')?.conditions.at(-1)?.reason === 'Absent')
      expect(named()).to.deep.equal([[105, 'JD-router-debian11-x64']])
    },
  )
  it('is told under the name that it has while nothing can be planned', async () => {
    const world = clusterFrom({
      zone: null,
      templates: TEMPLATES,
      guests: [
        { name: 'JD-router-debian12-x64', vmid: 105, node: 'pve2', pool: 'JD', running: true, memory_mib: 2048 },
      ],
    })
    lab = await openLab({ world, settings: { clusterMode: true }, files: { 'JD.yml': ROUTER_ONLY } })
    const told = () => lab.controller.board.get('JD')
    await lab.until(() => told()?.conditions.at(-1)?.reason === 'ZoneMissing')
    expect(told()?.vms.map(({ name, phase }) => `${name}: ${phase}`)).to.deep.equal(['JD-router-debian12-x64: running'])
  })
})
