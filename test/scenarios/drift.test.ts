import { expect } from 'chai'
import type { ConfigValue, Guest } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText, type VmText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const C: VmText = { name: 'c', vlan: 99, octet: 1 }
const NEW: VmText = { name: 'n', vlan: 20, octet: 1 }
const ROUTER = 'JD-router-debian12-x64'
const fileOf = (vms: readonly VmText[], drift = '{}'): string =>
  rangeText(vms, `ludus_extensions: { lanista: { drift: ${drift} } }\n`)

describe('a VM that is not as its range file says', () => {
  let lab: Lab
  const open = async (text: string, auditMs = 60_000): Promise<void> => {
    lab = await openReadyLab({ 'JD.yml': text }, { settings: { auditMs } })
  }
  afterEach(() => lab.close())

  const guest = (name: string): Guest =>
    [...lab.simulator.world.guests.values()].find(({ config }) => config.get('name') === name)!
  const configOf = (name: string): string => {
    const { node, vmid } = guest(name)
    return `/nodes/${node}/qemu/${vmid}/config`
  }
  const nics = (name: string): Readonly<Record<string, ConfigValue>> =>
    Object.fromEntries([...guest(name).config].filter(([key]) => /^net\d+$/.test(key)))
  const own = (since: number) =>
    lab
      .writes()
      .slice(since)
      .filter(({ user }) => user?.startsWith('lanista'))
  const status = (name: string) => lab.controller.board.get('JD')?.vms.find((each) => each.name === name)
  const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
  const audits = (since = 0) =>
    lab.simulator.journal
      .entries()
      .slice(since)
      .filter(({ path }) => path.endsWith('/pending'))

  it('gives a running router the next free NIC for a VLAN that is added, and changes nothing else', async () => {
    await open(fileOf([A, C]), 86_400_000)
    const before = nics(ROUTER)
    const since = lab.writes().length
    await lab.drop('JD.yml', fileOf([A, NEW, C]))
    await lab.until(() => lab.ready('JD') && nics(ROUTER)['net3'] !== undefined)
    const { net3, ...others } = nics(ROUTER)
    expect(others).to.deep.equal(before)
    expect(net3).to.match(/^virtio=[0-9A-F:]{17},bridge=r1,tag=20$/)
    const writes = own(since).filter(({ path }) => path === configOf(ROUTER))
    expect(writes.map(({ params }) => Object.keys(params).sort())).to.deep.equal([['digest', 'net3']])
    expect(guest(ROUTER).pending.size).to.equal(0)
    expect(guest(ROUTER).running).not.to.equal(undefined)
  })

  it('corrects a NIC that a person moved, with its MAC and options, and leaves one that a person added', async () => {
    // Which NIC of a router is for which network is known to a controller that has made or compared it.
    lab = await openLab({ files: { 'JD.yml': fileOf([A]) }, settings: { auditMs: 60_000 } })
    await lab.until(() => lab.ready('JD'))
    const { net0 } = nics('JD-a')
    const { net1 } = nics(ROUTER)
    const person = personIn(lab.simulator)
    const moved = String(net0).replace('bridge=r1,tag=10', 'bridge=vmbr0,firewall=1')
    await person('PUT', configOf('JD-a'), { net0: moved, net1: 'virtio,bridge=vmbr0' })
    await person('PUT', configOf(ROUTER), { net1: String(net1).replace('bridge=r1,tag=10', 'bridge=vmbr0') })
    const added = nics('JD-a')['net1']
    await lab.until(() => String(nics('JD-a')['net0']).includes('bridge=r1') && nics(ROUTER)['net1'] === net1)
    expect(String(nics('JD-a')['net0']).split(',')).to.have.members([...String(net0).split(','), 'firewall=1'])
    expect(nics('JD-a')['net1']).to.equal(added)
    expect(Object.keys(nics(ROUTER))).to.deep.equal(['net0', 'net1'])
    await lab.until(() => lab.ready('JD'))
  })

  itLong('tells of a NIC that was moved and does not touch it, where that is asked for', async () => {
    await open(fileOf([A], '{ networks: report }'))
    const since = lab.writes().length
    const moved = String(nics('JD-a')['net0']).replace('tag=10', 'tag=11')
    await personIn(lab.simulator)('PUT', configOf('JD-a'), { net0: moved })
    await lab.until(() => machines()?.reason === 'VmTrouble')
    expect(machines()?.message).to.match(
      /^2 of 2 VMs are running; vm JD-a: net0 is on r1 with VLAN 11, should be on r1 with VLAN 10; it is only told/,
    )
    await lab.pass()
    expect(lab.ready('JD')).to.equal(false)
    expect(own(since)).to.deep.equal([])
    await lab.drop('JD.yml', fileOf([A]))
    await lab.until(() => lab.ready('JD'))
    expect(nics('JD-a')['net0']).to.match(/tag=10$/)
  })

  itLong('tells of memory that a person changed, and the range stays Ready', async () => {
    await open(fileOf([A]))
    const since = lab.writes().length
    await personIn(lab.simulator)('PUT', configOf('JD-a'), { memory: 4096 })
    await lab.until(() => status('JD-a')?.remark !== undefined)
    expect(machines()).to.include({ status: 'True', reason: 'VmDrift' })
    expect(machines()?.message).to.match(/vm JD-a: memory is 4096 MiB, should be 2048 MiB; it is only told/)
    expect(lab.ready('JD')).to.equal(true)
    expect(own(since)).to.deep.equal([])
  })

  itLong(
    'writes memory where that is asked for, says that a running VM needs a reboot, and reboots nothing',
    async () => {
      await open(fileOf([A]), 86_400_000)
      const since = lab.writes().length
      await lab.drop('JD.yml', fileOf([{ ...A, ram: 3 }], '{ hardware: correct }'))
      await lab.until(() => status('JD-a')?.remark !== undefined)
      expect(status('JD-a')?.remark).to.match(
        /^vm JD-a: memory: as asked from its next boot on; reboot it in Proxmox when it suits: qm reboot \d+ on pve\d$/,
      )
      expect(own(since).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([`PUT ${configOf('JD-a')}`])
      expect(lab.ready('JD')).to.equal(true)
      expect(guest('JD-a').pending.get('memory')).to.equal('3072')
    },
  )

  it('is written or told of as its own range asks, field by field, and only in what it differs', async () => {
    const machine: VmText = { name: 'a', vlan: 10, octet: 1 }
    const off = 'power: off, range_number: '
    lab = await openLab({
      files: {
        'JD.yml': rangeText([machine], `ludus_extensions: { lanista: { ${off}1, drift: { hardware: correct } } }\n`),
        'KT.yml': rangeText([machine], `ludus_extensions: { lanista: { ${off}2 } }\n`),
      },
      settings: { auditMs: 20_000 },
    })
    await lab.until(() => lab.ready('JD', 'KT'))
    const since = lab.writes().length
    const person = personIn(lab.simulator)
    const changes = { cores: 1, vcpus: 1, memory: 4096, balloon: 1024, description: 'of Ann', onboot: 1 }
    for (const name of ['JD-a', 'KT-a']) await person('PUT', configOf(name), changes)
    const remarkOf = (id: string) => lab.controller.board.get(id)?.vms.find(({ name }) => name === `${id}-a`)?.remark
    await lab.until(() => guest('JD-a').config.get('memory') === '2048' && remarkOf('KT') !== undefined)
    const told =
      'cores is 1, should be 2, vcpus is 1, should be 2, memory is 4096 MiB, should be 2048 MiB, balloon is 1024 MiB, should be 0 MiB'
    expect(remarkOf('KT')).to.match(new RegExp(`^vm KT-a: ${told}; it is only told`))
    await lab.until(() => remarkOf('JD') === undefined)
    const written = own(since).map(({ method, path, params: { digest: _, ...params } }) => [
      `${method} ${path}`,
      params,
    ])
    expect(written, 'a VM that is off needs no reboot').to.deep.equal([
      [`PUT ${configOf('JD-a')}`, { cores: '2', vcpus: '2', memory: '2048', balloon: '0' }],
    ])
    expect(guest('JD-a').config.get('description')).to.equal('of Ann')
    expect(lab.ready('JD', 'KT')).to.equal(true)
  })

  itLong(
    'is as asked when the same is only written in another form, and told of when it has lost its tags',
    async () => {
      await open(fileOf([A, C], '{ hardware: correct }'), 20_000)
      const since = lab.writes().length
      const { config, vmid } = guest(ROUTER)
      for (const key of ['net0', 'net1']) {
        const reordered = String(config.get(key)).split(',').toReversed()
        config.set(key, [...reordered, 'firewall=1'].join(','))
      }
      config.set('memory', 'current=2048').set('cores', '2').set('tags', 'theirs;lanista;jd')
      guest('JD-c').config.set('tags', 'lanista;theirs')
      const from = lab.simulator.journal.entries().length
      // The cluster's list may still show it stopped, and then that is what is told first.
      await lab.until(() =>
        /^2 of 3 VMs are running; vm JD-c: it runs and lacks the tags lanista and jd, .* if it is as it should be, add them \(qm set \d+ --tags '[a-z;]+'\)(; tried again at \S+)?$/.test(
          machines()?.message ?? '',
        ),
      )
      expect(machines()?.reason).to.equal('VmTrouble')
      await lab.until(() => audits(from).some(({ path }) => path.includes(`/${vmid}/`)))
      guest('JD-c').config.set('tags', 'jd;lanista;theirs')
      await lab.until(() => lab.ready('JD'))
      expect(status(ROUTER)).to.include({ trouble: undefined, remark: undefined })
      expect(own(since)).to.deep.equal([])
    },
  )

  it('looks again when somebody else writes in between', async () => {
    await open(fileOf([A, C]), 86_400_000)
    const { config } = guest(ROUTER)
    const put = { method: 'PUT', path: configOf(ROUTER) }
    lab.simulator.arm({
      on: 'request',
      match: put,
      at: 'before',
      effect: { kind: 'edit', edit: () => void config.set('net3', 'virtio=BC:24:11:00:00:09,bridge=vmbr0') },
    })
    await lab.drop('JD.yml', fileOf([A, NEW, C]))
    await lab.until(() => lab.ready('JD') && nics(ROUTER)['net4'] !== undefined)
    expect(nics(ROUTER)['net3']).to.equal('virtio=BC:24:11:00:00:09,bridge=vmbr0')
    expect(nics(ROUTER)['net4']).to.match(/bridge=r1,tag=20$/)
  })

  it('is looked at in its turn and not in every pass, and nothing is written when all is as asked', async () => {
    await open(fileOf([A, C]))
    const since = lab.writes().length
    const from = lab.simulator.journal.entries().length
    const begun = lab.simulator.simulation.clock.now()
    await lab.until(() => lab.simulator.simulation.clock.now() - begun > 200_000)
    const byVm = new Map<string, number>()
    for (const { path } of audits(from)) byVm.set(path, (byVm.get(path) ?? 0) + 1)
    expect(byVm.size).to.equal(3)
    for (const [path, count] of byVm) expect(count, path).to.be.within(2, 4)
    expect(own(since)).to.deep.equal([])
  })

  itLong('costs no read in the passes between', async () => {
    await open(fileOf([A, C]), 86_400_000)
    await lab.pass()
    await lab.pass()
    expect(audits()).to.deep.equal([])
  })
})
