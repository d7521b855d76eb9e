import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const wishes = (text: string) => `ludus_extensions: { lanista: { placement: ${text} } }\n`
const vms = ['a', 'b', 'c'].map((name, index) => ({ name, vlan: 10, octet: index + 1 }))

describe('placement on a simulated cluster', function () {
  this.timeout(60_000)

  it('spreads, packs and keeps apart as range files wish, and explains it over HTTP as it was decided', async () => {
    const files = {
      'JD.yml': rangeText(vms, wishes('{ strategy: pack, strength: required }')),
      'KL.yml': rangeText(
        vms.slice(0, 2),
        wishes('{ vms: { "{{ range_id }}-a": { strength: required, apart_from: ["{{ range_id }}-b"] } } }'),
      ),
    }
    const lab = await openLab({ files })
    await lab.until(() => lab.ready('JD', 'KL'))
    const nodesOf = (id: string) => lab.controller.board.get(id)?.vms.map(({ node }) => node) ?? []
    expect(new Set(nodesOf('JD')).size).to.equal(1)
    expect(nodesOf('KL')[1]).not.to.equal(nodesOf('KL')[2])
    const explained = await lab.observed.explain('JD', 'JD-a')
    expect(explained).to.include({ rule: 'exists', node: nodesOf('JD')[0] })
    expect(explained?.nodes).to.have.length(3)
    expect(await lab.observed.explain('JD', 'JD-x')).to.equal(undefined)
    expect(await lab.observed.explain('../JD', 'JD-a')).to.equal(undefined)
    await lab.close()
  })

  describe('of a VM beside one that is being cloned to another node', () => {
    const apart = wishes('{ vms: { "{{ range_id }}-b": { strength: required, apart_from: ["{{ range_id }}-a"] } } }')
    const big = (name: string, octet: number, targetNode?: string) =>
      rangeText([{ name, vlan: 10, octet, ram: 50, ...(targetNode === undefined ? {} : { targetNode }) }])
    const a = big('a', 1, 'pve2').replace('linux: true', 'linux: true\n    full_clone: true')
    const both = a + big('b', 2).slice('ludus:\n'.length)
    const world = () =>
      clusterFrom({
        nodes: ['pve1', 'pve2'].map((name) => ({ name, memory_gib: 64 })),
        templates: [
          'debian-11-x64-server-template',
          { name: 'debian-12-x64-server-template', node: 'pve1', disk_gib: 64 },
        ],
      })
    let lab: Lab
    const statusOf = (name: string) => lab.controller.board.get('JD')?.vms.find((each) => each.name === name)
    const guest = () => lab.simulator.world.guests.get(1_010_001)
    const isCloned = () => guest()?.config.get('lock') === 'clone'
    afterEach(() => lab.close())

    const situations = [
      ['counts its memory there', both],
      ['keeps apart from it what has to be', both + apart],
    ] as const
    for (const [situation, text] of situations)
      itLong(situation, async () => {
        lab = await openLab({ world: world(), files: { 'JD.yml': a } })
        await lab.until(isCloned)
        expect(guest()?.node, "its template's").to.equal('pve1')
        await lab.drop('JD.yml', text)
        await lab.until(() => statusOf('JD-b')?.phase === 'running')
        expect(guest()?.node).to.equal('pve1')
        expect(statusOf('JD-a')).to.include({ phase: 'cloning', node: 'pve2' })
        expect(statusOf('JD-b')?.node).to.equal('pve1')
      })

    itLong('waits until it is there when nobody remembers where it goes', async () => {
      lab = await openLab({ world: world(), durations: { fullClonePerGib: 300 } })
      const person = personIn(lab.simulator)
      const template = [...lab.simulator.world.guests.values()].find(({ config }) =>
        String(config.get('name')).startsWith('debian-12'),
      )
      await person('POST', '/pools', { poolid: 'JD' })
      const clone = { newid: 1_010_001, name: 'JD-a', pool: 'JD', target: 'pve2', full: 1 }
      await person('POST', `/nodes/pve1/qemu/${template?.vmid}/clone`, clone)
      await lab.until(isCloned)
      await lab.drop('JD.yml', both + apart)
      await lab.until(() => /does not tell yet where JD-a is/.test(statusOf('JD-b')?.trouble ?? ''))
      expect(statusOf('JD-a')).to.include({ phase: 'cloning', node: undefined })
      await lab.until(() => statusOf('JD-b')?.phase === 'running')
      expect(['JD-a', 'JD-b'].map((name) => statusOf(name)?.node)).to.deep.equal(['pve2', 'pve1'])
    })
  })

  it('creates nothing for a VM whose required wish can not be met, and says why', async () => {
    const lab = await openLab({
      files: { 'JD.yml': rangeText(vms, wishes('{ strategy: spread, strength: required }')) },
    })
    const blocked = () => lab.controller.board.get('JD')?.vms.filter(({ phase }) => phase === 'blocked') ?? []
    await lab.until(() => blocked().length === 1)
    expect(blocked()[0]?.trouble).to.match(
      /^vm JD-c: no node fits .*apart_from it is required.*prefer what is required/,
    )
    await lab.close()
    expect(lab.writes().filter(({ path }) => path.endsWith('/clone')).length).to.be.at.most(3)
  })
})
