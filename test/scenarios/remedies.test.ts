import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { readyConditionOf } from '../../model/range-status.ts'
import type { Guest } from '../../adapters/simulator/world.ts'
import { lanistaHere } from './command-line.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])

const FREE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

describe('what is told of a Ready range is told with what mends it:', () => {
  let lab: Lab
  before(async () => {
    lab = await openReadyLab({ 'JD.yml': JD }, { settings: { auditMs: 60_000 } })
  })
  after(() => lab.close())

  const guest = (): Guest => [...lab.simulator.world.guests.values()].find(({ vmid }) => vmid === 1_010_001)!
  const trouble = (): string => lab.controller.board.get('JD')?.vms.find(({ name }) => name === 'JD-a')?.trouble ?? ''
  const readyMessage = (): string => {
    const status = lab.controller.board.get('JD')
    return (status && readyConditionOf(status)?.message) ?? ''
  }

  it('a VM that was renamed in Proxmox', async () => {
    guest().config.set('name', 'JD-lost')
    await lab.until(() => /another name/.test(trouble()))
    expect(trouble()).to.match(
      /^vm JD-a: its VMID 1010001 belongs to JD-lost on pve1, in pool JD; if it is that VM under another name, rename it back: qm set 1010001 --name JD-a \(on pve1\); otherwise move that guest/,
    )
    guest().config.set('name', 'JD-a')
    await lab.until(() => lab.ready('JD'))
  })

  it('a VM whose memory was written to a disk, which unlocking would throw away', async () => {
    const { running } = guest()
    guest().running = undefined
    guest().config.set('lock', 'suspended')
    await lab.until(() => /locked/.test(trouble()))
    expect(trouble()).to.match(/locked \(suspended\); .*resume it \(qm start 1010001 on pve1\)/)
    expect(trouble()).not.to.contain('qm unlock')
    guest().config.set('lock', 'backup')
    await lab.until(() => /backup/.test(trouble()))
    expect(trouble()).to.match(/if a backup is not under way any more .*qm unlock 1010001 \(on pve1\)/)
    guest().config.delete('lock')
    guest().running = running
    await lab.until(() => lab.ready('JD'))
  })

  it('a VM whose node does not have its bridge any more, where it could not start', async () => {
    const node = lab.simulator.world.nodes.get('pve1')!
    const bridges = node.bridges
    guest().running!.loose.add('net0')
    node.bridges = new Map([...bridges].filter(([name]) => name !== 'r1'))
    await lab.until(() => /net0/.test(trouble()))
    expect(trouble()).to.match(
      /its node pve1 does not have r1 \(net0\), .*applying again, with all that is pending .*: pvesh set \/cluster\/sdn .*; then stop it and start it again/,
    )
    node.bridges = bridges
    guest().running!.loose.clear()
    await lab.until(() => lab.ready('JD'))
  })

  it('a node that tells nothing of itself for a while, as after the cluster has lost its quorum', async () => {
    const node = lab.simulator.world.nodes.get('pve1')!
    node.silent = true
    await lab.until(() => !lab.ready('JD'))
    await lab.sleep(60_000)
    expect(readyMessage()).to.contain('pve1').and.not.contain('ZoneReady')
    node.silent = false
    await lab.until(() => lab.ready('JD'))
  })
})

describe('a file under a reserved name', () => {
  it('that is gone is not told as a range whose VMs stay', async () => {
    const said: string[] = []
    const lab = await openLab({ files: { 'ADMIN.yml': JD } })
    try {
      await lab.until(() => lab.controller.board.get('ADMIN') !== undefined)
      lab.controller.board.onChange((status) => said.push(JSON.stringify(status)))
      await lab.remove('ADMIN.yml')
      await new Promise<void>((resolve) => lab.controller.board.onForget(() => resolve()))
      expect(said.join('\n')).not.to.contain('stay as they are')
    } finally {
      await lab.close()
    }
  })
})

describe('a command says in sentences', () => {
  let site: Site
  beforeEach(async () => {
    site = await openSite({ 'JD.yml': FREE.replace('debian-12-x64-server-template', 'nosuch-template') })
  })
  afterEach(() => site.close())

  const configWith = async (edit: (text: string) => string): Promise<string> => {
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, edit(text))
    return site.config
  }

  it('that proxmox_node is none, and that a template is to be built', async () => {
    const config = await configWith((text) => text.replace('proxmox_node: pve1', 'proxmox_node: pve11'))
    const { status, stdout } = await lanistaHere(['plan', '--config', config])
    expect(status).to.equal(1)
    expect(stdout).to.match(/! proxmox_node is pve11, which is no node of the cluster; did you mean pve1\?/)
    expect(stdout).to.match(
      /vm JD-a: the cluster does not have its template nosuch-template; build it: ludus templates build -n nosuch-template/,
    )
    expect(stdout).not.to.match(/nosuch-template.*set target_node/)
  })

  it('what a log would say in JSON', async () => {
    const config = await configWith(
      (text) => `${text.replace(/\n *fingerprint: .*/, '')}\nproxmox_invalid_cert: true\n`,
    )
    for (const args of [['plan'], ['destroy', 'JD', '--yes'], ['inventory', '--list']]) {
      const { stderr } = await lanistaHere([...args, '--config', config])
      expect(stderr, args.join(' ')).to.match(/^warning: Proxmox API: its certificate is not verified/m)
      expect(stderr, args.join(' ')).not.to.match(/^\{/m)
    }
  })

  it('that a fingerprint is none, as soon as it is read', async () => {
    const config = await configWith((text) => text.replace(/fingerprint: "[^"]*"/, 'fingerprint: "AB:CD"'))
    const { status, stderr } = await lanistaHere(['plan', '--config', config])
    expect(status).to.equal(1)
    expect(stderr).to.match(/config\.yml:9:18: lanista\.proxmox\.fingerprint .*must be the SHA-256 fingerprint/)
  })

  it('that the configuration is empty, without calling it a range', async () => {
    const config = await configWith(() => '# nothing yet\n')
    const { stderr } = await lanistaHere(['plan', '--config', config])
    expect(stderr).to.match(/config\.yml: the file is empty; write the configuration into it/)
  })
})
