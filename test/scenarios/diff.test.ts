import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const VMS = [
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 20, octet: 2 },
]

describe('lanista diff', function () {
  this.timeout(60_000)
  let site: Site
  const printed: string[] = []

  before(async () => {
    site = await openSite({ 'JD.yml': rangeText(VMS) })
  })
  after(() => site.close())

  const diff = async (...args: readonly string[]) => {
    const ended = await lanistaHere(['diff', ...args, '--config', site.config])
    printed.push(ended.stdout, ended.stderr)
    return ended
  }
  const root = async (method: string, url: string, params: Record<string, string> = {}) =>
    await ask(site.simulator.url, site.simulator.token, method, url, params)
  const vm = (name: string): { readonly vmid: number; readonly node: string } => {
    const found = [...site.simulator.world.guests.values()].find((guest) => guest.config.get('name') === name)
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }

  it('shows a range that is not there as nothing but what is asked for, with status 1, and writes nothing', async () => {
    const { status, stdout, stderr } = await diff()
    expect(stdout)
      .to.match(/^--- proxmox\/JD\n\+\+\+ .*JD\.yml\n@@ -0,0 \+1,\d+ @@\n\+pool JD:\n/m)
      .and.match(/^\+vnet r1:\n\+ {2}zone: ludus\n\+ {2}tag: 1\n/m)
      .and.match(
        /^\+vm JD-a:\n\+ {2}vmid: 1010001\n\+ {2}node: pve\d\n\+ {2}template: debian-12-x64-server-template\n/m,
      )
      .and.match(/^\+ {2}net0: r1 with VLAN 10\n\+ {2}power: running$/m)
      .and.not.match(/^-[^-]/m)
    expect([status, stderr]).to.deep.equal([1, ''])
    expect(site.simulator.journal.entries().filter(({ method }) => method !== 'GET')).to.deep.equal([])
  })

  it('is silent with status 0 once the range is as asked', async () => {
    const once = await lanistaHere(['run', '--once', '--config', site.config])
    expect(once.status, once.stdout).to.equal(0)
    await site.nodesHaveTold()
    expect(await diff()).to.deep.equal({ status: 0, stdout: '', stderr: '' })
    expect(await diff('JD')).to.deep.equal({ status: 0, stdout: '', stderr: '' })
    expect(await diff(path.join(site.ranges, 'JD.yml'))).to.deep.equal({ status: 0, stdout: '', stderr: '' })
  })

  itLong('shows hardware, a NIC, power, a tag and a VNet that somebody has changed, each with its field', async () => {
    const { vmid, node } = vm('JD-a')
    const [b, config] = [vm('JD-b'), vm('JD-a')]
    const net0 = String(site.simulator.world.guests.get(vmid)?.config.get('net0'))
    await root('PUT', `/nodes/${node}/qemu/${vmid}/config`, {
      cores: '7',
      net0: net0.replace('tag=10', 'tag=20'),
    })
    await root('POST', `/nodes/${b.node}/qemu/${b.vmid}/status/stop`)
    await root('PUT', '/cluster/sdn/vnets/r1', { tag: '77' })
    await site.nodesHaveTold()
    const { status, stdout } = await diff('JD')
    expect(stdout)
      .to.match(/^- {2}cores: 7( \(from its next boot on\))?\n\+ {2}cores: 2$/m)
      .and.match(/^- {2}net0: r1 with VLAN 20\n(?:.*\n)*?\+ {2}net0: r1 with VLAN 10$/m)
      .and.match(/^- {2}power: stopped\n\+ {2}power: running$/m)
      .and.match(/^- {2}tag: 77$/m)
      .and.match(/^# vm JD-a: .*cores is /m)
    expect(status).to.equal(1)
    expect(config.vmid).to.equal(vmid)
  })

  itLong('compares a file that is not in the folder, and VMs that it does not name', async () => {
    const file = path.join(path.dirname(site.config), 'JD.yml')
    await writeFile(file, rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 3 }]))
    const { status, stdout } = await diff(file)
    expect(stdout)
      .to.match(/^-vm JD-b:\n- {2}vmid: 1020002\n/m)
      .and.match(/^\+ {2}memory: 3072 MiB$/m)
      .and.match(/^# VM 1020002 \(JD-b\) on pve\d is the range's, and its file does not name it/m)
    expect(status).to.equal(1)
  })

  itLong('shows what goes of a range whose state is absent', async () => {
    const file = path.join(path.dirname(site.config), 'JD.yml')
    await writeFile(file, `${rangeText(VMS)}ludus_extensions: { lanista: { state: absent } }\n`)
    const { status, stdout } = await diff(file)
    expect(stdout)
      .to.match(/^-vm JD-b:\n- {2}vmid: 1020002\n/m)
      .and.match(/^-pool JD:$/m)
    expect(status).to.equal(1)
    await rm(file)
  })

  itLong('shows on which node networks that are applied are not in force', async () => {
    const node = site.simulator.world.nodes.get('pve2')!
    const { sdnVersion } = node
    await root('PUT', '/cluster/sdn/vnets/r1', { tag: '1' })
    await root('PUT', '/cluster/sdn')
    await site.nodesHaveTold()
    await site.nodesHaveTold()
    node.sdnVersion = sdnVersion - 1
    await site.nodesHaveTold()
    const { stdout } = await diff()
    expect(stdout).to.match(/ludusnat and r1 on pve2:\n- {2}state: \w+\n\+ {2}state: available$/m)
    expect(stdout).to.not.match(/on pve1:/)
    node.sdnVersion = sdnVersion + 1
    await site.nodesHaveTold()
  })

  itLong(
    'ends with status 2 for what it can not compare: an unknown range, a broken file, an option, a lost cluster',
    async () => {
      const unknown = await diff('JE')
      expect([unknown.status, unknown.stderr]).to.deep.equal([
        2,
        'range JE: there is no range file of that name; did you mean JD?\n',
      ])
      const option = await diff('--colour')
      expect([option.status, option.stdout]).to.deep.equal([2, ''])
      const config = await lanistaHere(['diff', '--config', `${site.config}.none`])
      expect([config.status, config.stdout]).to.deep.equal([2, ''])
      const help = await lanistaHere(['diff', '--help'])
      expect(help.status).to.equal(0)
      await writeFile(path.join(site.ranges, 'BAD.yml'), 'ludus:\n  - vm_name: x\n')
      const broken = await diff()
      expect(broken.stderr).to.match(/^range BAD: its file is not valid/m)
      expect(broken.stdout).to.match(/^--- proxmox\/JD$/m)
      expect(broken.status).to.equal(2)
      await rm(path.join(site.ranges, 'BAD.yml'))
    },
  )

  itLong('ends with status 2, and says which VM, where one can not be read', async () => {
    const { vmid } = vm('JD-a')
    const armed = site.simulator.arm({
      on: 'request',
      times: 99,
      match: { method: 'GET', path: new RegExp(`/qemu/${vmid}/pending$`) },
      at: 'before',
      effect: { kind: 'answer', status: 500, message: 'something is broken' },
    })
    const { status, stderr, stdout } = await diff()
    armed.disarm()
    expect(stderr).to.match(/^vm JD-a: it can't be read, so it is not compared: .*something is broken/m)
    expect(stdout).to.match(/^- {2}power: stopped$/m)
    expect(status).to.equal(2)
  })

  it('printed no secret', () => {
    const secret = controllerToken(site.simulator.world)?.split('=')[1] ?? ''
    expect(secret).to.have.length(36)
    expect(printed.join('')).to.include('proxmox/JD').and.not.include(secret)
  })
})
