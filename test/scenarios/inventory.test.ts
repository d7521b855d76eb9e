import { execFile, spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { type Ended, lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'
import { isLong, itLong } from '../runner/long-runs.ts'

const MAIN = path.resolve('dist/controllers/main.js')
const run = promisify(execFile)

/** Debian's package is ansible-core. Its start takes long. */
const ansibleIsHere = isLong && spawnSync('ansible-inventory', ['--version']).status === 0

const JD = `${rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve3' }])}
  - vm_name: "{{ range_id }}-dc"
    hostname: "{{ range_id }}-DC"
    template: win2022-server-x64-template
    vlan: 20
    ip_last_octet: 11
    ram_gb: 4
    cpus: 2
    windows: {}
    domain: { fqdn: jd.example, role: primary-dc }
    ansible_groups: [tier0]
    target_node: pve2
defaults: { target_node: pve1 }
`.replace('    linux: true\n', '    linux: true\n    ansible_groups: [tier0, web]\n')

describe('lanista inventory', function () {
  this.timeout(60_000)
  let site: Site
  let planned: Ended

  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config])
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length

  before(async () => {
    site = await openSite({ 'JD.yml': JD })
    const { status, stdout } = await lanista('run', '--once')
    expect(status, stdout).to.equal(0)
    // The cluster's list tells neither names nor states of them yet.
    planned = await lanista('plan')
    await writeFile(path.join(site.ranges, 'KT.yml'), rangeText([{ name: 'b', vlan: 10, octet: 2 }]))
    await writeFile(path.join(site.ranges, 'BAD.yml'), 'ludus: [}\n')
  })
  after(() => site.close())

  it('finds nothing to plan right after the run that made it', () => {
    expect(planned.stdout).to.match(/nothing to do: 3 VMs as asked\n[^]*nothing to change/)
    expect(planned.status, planned.stdout).to.equal(0)
  })

  it('lanista trace leads from an address to the line of the file, as text and as JSON, and writes nothing', async () => {
    const before = writes()
    const file = path.join(site.ranges, 'JD.yml')
    const line = JD.split('\n').findIndex((each) => each.includes('-dc')) + 1
    const [text, json] = await Promise.all([
      lanista('trace', '10.1.20.11'),
      lanista('trace', 'JD-dc', '--format', 'json'),
    ])
    expect(text.stdout).to.equal(
      `vm JD-dc: VMID 1020011 on pve2, running, 10.1.20.11\n  range   JD\n  file    ${file}:${line}:5\n`,
    )
    expect(JSON.parse(json.stdout)).to.have.nested.property('found[0].file.line', line)
    expect([text.status, json.status]).to.deep.equal([0, 0])
    expect(writes()).to.equal(before)
  })

  itLong("lanista trace tells what is not made, broken, nobody's or nowhere", async () => {
    const made = await lanista('trace', 'KT-b')
    expect(made.stdout).to.match(/^vm KT-b: a VM\n {2}range {3}KT\n.*KT\.yml:\d+:5\n {2}note {4}it is not there/)
    const broken = await lanista('trace', 'BAD')
    expect(broken.stdout).to.match(/^range BAD: .*\n {2}file .*BAD\.yml\n {2}newer .* is not valid: .*BAD\.yml:1:\d+/)
    const [template, nothing, mac] = [
      await lanista('trace', 'win2022-server-x64-template'),
      await lanista('trace', 'JD-dcc'),
      await lanista('trace', '02:00:00:00:00:01'),
    ]
    expect(template.stdout).to.match(/^ {2}range {3}none: Lanista did not make it\n {2}note {4}it is a template/m)
    expect(nothing.stdout).to.match(/^JD-dcc: nothing of that name: .*did you mean JD-dc\?$/m)
    expect(mac.stdout).to.match(/looked for a VM with a NIC of the MAC address 02:00:00:00:00:01/)
    expect([made.status, broken.status, template.status, nothing.status, mac.status]).to.deep.equal([0, 0, 1, 1, 1])
  })

  it('lists what exists as pure JSON, and says on the side what is left out and why', async () => {
    const before = writes()
    const { status, stdout, stderr } = await lanista('inventory', '--list')
    expect(status, stderr).to.equal(0)
    const [a, dc, router] = ['JD-a', 'JD-dc', 'JD-router-debian12-x64'] as const
    const vars = (name: string, ansible_host: string, vmid: number, node: string, os: string, vlan: number) => ({
      ansible_host,
      proxmox_name: name,
      proxmox_vmid: vmid,
      proxmox_node: node,
      proxmox_status: 'running',
      proxmox_type: 'qemu',
      proxmox_os_id: os,
      range_id: 'JD',
      range_second_octet: 1,
      lanista_vlan: vlan,
    })
    const { _meta, ...groups } = JSON.parse(stdout)
    expect(_meta).to.deep.equal({
      hostvars: {
        [router]: vars(router, '192.0.2.101', 1_001_254, 'pve1', 'linux', 1),
        [a]: vars(a, '10.1.10.1', 1_010_001, 'pve3', 'linux', 10),
        [dc]: vars(dc, '10.1.20.11', 1_020_011, 'pve2', 'windows', 20),
      },
    })
    expect(groups).to.deep.equal(
      Object.fromEntries(
        Object.entries({
          all: [router, a, dc],
          JD: [router, a, dc],
          JD_router: [router],
          JD_linux_endpoints: [a],
          JD_test_range_network: [dc],
          JD_test_range_dc: [dc],
          tier0: [a, dc],
          web: [a],
          linux: [router, a],
          windows: [dc],
          running: [router, a, dc],
        }).map(([group, hosts]) => [group, { hosts }]),
      ),
    )
    expect(stderr)
      .to.match(/BAD\.yml:1:\d+: .* \(its range is left out\)/)
      .and.match(/^range KT: it has no number yet, so it is left out/m)
    expect(writes()).to.equal(before)
  })

  it('says so where a node does not tell which VMs run, and calls none there running', async () => {
    site.simulator.arm({
      on: 'request',
      match: { method: 'GET', path: '/nodes/pve3/qemu' },
      at: 'before',
      effect: { kind: 'answer', status: 500, message: 'got timeout' },
    })
    const { status, stdout, stderr } = await lanista('inventory', '--list', '--range', 'JD')
    expect(JSON.parse(stdout).running.hosts).to.deep.equal(['JD-router-debian12-x64', 'JD-dc'])
    expect(stderr).to.match(
      /^node pve3 does not say which of its VMs run, so that is not known \(.*got timeout\); check/m,
    )
    expect(status).to.equal(0)
  })

  it('tells the variables of one host, and none of a host that does not exist', async () => {
    const [known, unknown] = await Promise.all([
      lanista('inventory', '--host', 'JD-a', '--range', 'JD'),
      lanista('inventory', '--host', 'JD-aa', '--range', 'JD'),
    ])
    expect(JSON.parse(known.stdout)).to.include({ ansible_host: '10.1.10.1', range_id: 'JD' })
    expect([known.stderr, known.status]).to.deep.equal(['', 0])
    expect([JSON.parse(unknown.stdout), unknown.status]).to.deep.equal([{}, 0])
    expect(unknown.stderr).to.match(/^host JD-aa: no range has a VM of that name that exists; did you mean JD-a\?$/m)
  })

  it('ends with status 1 and prints nothing when it can not answer', async () => {
    const asked = [[], ['--list', '--host', 'JD-a'], ['--list', '--range', 'JJ'], ['--list', '--range', 'BAD']]
    const ended = await Promise.all(asked.map((args) => lanista('inventory', ...args)))
    expect(ended.map(({ status, stdout }) => [status, stdout])).to.deep.equal(asked.map(() => [1, '']))
    expect(ended.map(({ stderr }) => stderr.split('\n')[0])).to.satisfy(([none, both, unknown, bad]: string[]) => {
      expect([none, both]).to.deep.equal(
        Array.from(
          { length: 2 },
          () => 'inventory: it needs either --list or --host; give one of them, as Ansible does',
        ),
      )
      expect(unknown).to.equal('range JJ: there is no range file of that name; did you mean JD?')
      expect(bad).to.match(/BAD\.yml:1:/)
      return true
    })
  })

  itLong("is read by Ansible's own ansible-inventory (skipped without it)", async function () {
    if (!ansibleIsHere) this.skip()
    const script = path.join(path.dirname(site.config), 'lanista-inventory.sh')
    const answer = path.join(path.dirname(site.config), 'answer.json')
    // Ansible asks for the same each time: it is answered once, as starting the command takes longer than all the rest.
    const command = `"${process.execPath}" "${MAIN}" inventory --config "${site.config}"`
    await writeFile(
      script,
      `#!/bin/sh\n[ "$*" = --list ] || exit 9\n[ -s "${answer}" ] || ${command} "$@" > "${answer}" && cat "${answer}"\n`,
    )
    await chmod(script, 0o755)
    const ansible = async (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
      run('ansible-inventory', ['-i', script, ...args], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    const list = await ansible('--list')
    const [graph, host] = await Promise.all([ansible('--graph', 'JD'), ansible('--host', 'JD-a')])
    // Ansible hands on what the script says on the side, broken into lines, and reads the inventory all the same.
    expect(list.stderr.replaceAll(/\s+/g, ' '))
      .to.match(/KT: it has no number yet/)
      .and.not.match(/WARNING|[Pp]arse/)
    expect(JSON.parse(list.stdout)).to.have.nested.property('JD_linux_endpoints.hosts').that.deep.equals(['JD-a'])
    // Some releases of Ansible sort the hosts.
    expect(graph.stdout.trim().split(/\n\s*/)).to.have.members([
      '@JD:',
      '|--JD-a',
      '|--JD-dc',
      '|--JD-router-debian12-x64',
    ])
    expect(JSON.parse(host.stdout)).to.include({ ansible_host: '10.1.10.1', proxmox_os_id: 'linux', lanista_vlan: 10 })
  })
})
