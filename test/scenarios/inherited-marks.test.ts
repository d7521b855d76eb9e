import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { notesOf } from '../../model/vm-notes.ts'
import { vm as vmSpec } from '../builders/range.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText, type VmText } from './ranges.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const A_VMID = 1_010_001
const TEMPLATE = 'debian-12-x64-server-template'
const MARKS = ['jd', 'lanista']
/** Such as a VM has that was made for range JD under that VMID. */
const notes = (vmid: number, configured: boolean): string =>
  notesOf(vmSpec('JD-a', { os: 'linux' }), { range: 'JD', vmid, configured })

interface GuestText {
  readonly vmid: number
  readonly tags?: readonly string[]
  readonly notes?: string
  readonly running?: boolean
  readonly net0?: string
}

/** The demo's nodes with VMs in pool JD, by name. */
function worldWith(guests: Readonly<Record<string, GuestText>>): World {
  const world = clusterFrom({
    templates: ['debian-11-x64-server-template', TEMPLATE],
    guests: Object.entries(guests).map(([name, { vmid, tags = [], running = false }]) => ({
      name,
      vmid,
      node: 'pve1',
      pool: 'JD',
      tags: [...tags],
      running,
      memory_mib: 2048,
    })),
  })
  for (const { vmid, notes: description, net0 } of Object.values(guests)) {
    const { config } = world.guests.get(vmid)!
    if (description !== undefined) config.set('description', description)
    if (net0 !== undefined) config.set('net0', net0)
  }
  return world
}

describe('marks that a VM can inherit, lose or have from another', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const guest = (vmid: number) => lab.simulator.world.guests.get(vmid)
  const status = () => lab.controller.board.get('JD')?.vms.find(({ name }) => name === 'JD-a')
  /** Lanista's writes to that VM, as `PUT config`. */
  const writesTo = (vmid: number): readonly string[] =>
    lab
      .writes()
      .filter(({ user, path }) => user?.startsWith('lanista') === true && path.includes(`/qemu/${vmid}`))
      .map(({ method, path }) => `${method} ${path.replace(/.*\/qemu\/\d+\/?/, '')}`.trim())
  const net0 = (vmid: number): unknown => guest(vmid)?.config.get('net0')

  itLong("don't make a clone count as configured whose template was made from a VM of the range", async () => {
    const world = worldWith({})
    const template = [...world.guests.values()].find(({ config }) => config.get('name') === TEMPLATE)!
    template.config.set('tags', MARKS.join(';'))
    template.config.set('description', notes(A_VMID, true))
    lab = await openLab({ world, files: { 'JD.yml': rangeText([A]) } })
    await lab.until(() => lab.ready('JD'))
    expect(writesTo(A_VMID)).to.deep.equal(['PUT config', 'POST status/start'])
    expect(net0(A_VMID)).to.match(/bridge=r1,tag=10/)
  })

  for (const power of cases(['on', 'keep', 'off'], every(3)))
    it(`don't make a clone count as Ludus' that was left unconfigured before its address changed, with power ${power}`, async () => {
      const left = { vmid: A_VMID, notes: notes(A_VMID, false), net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0' }
      lab = await openLab({
        world: worldWith({ 'JD-a': left }),
        files: {
          'JD.yml': `${rangeText([{ ...A, octet: 7 }])}ludus_extensions: { lanista: { power: '${power}' } }\n`,
        },
        settings: { auditMs: 60_000 },
      })
      await lab.until(() => /bridge=r1,tag=10/.test(String(net0(A_VMID))))
      await lab.until(() => lab.ready('JD') && status()?.phase === (power === 'off' ? 'stopped' : 'running'))
      expect(writesTo(A_VMID)).to.deep.equal(['PUT config', ...(power === 'off' ? [] : ['POST status/start'])])
      expect(guest(A_VMID)?.config.get('description')).to.equal(notes(A_VMID, true))
    })

  it('are told, and the range is not Ready, while a clone that was never configured runs', async () => {
    const left = { vmid: A_VMID, notes: notes(A_VMID, false), tags: MARKS, running: true }
    lab = await openLab({
      world: worldWith({ 'JD-a': left }),
      files: { 'JD.yml': rangeText([A]) },
      settings: { auditMs: 60_000 },
    })
    await lab.until(() =>
      /was never configured, as its notes say.*stop it and it is configured.*take "lanista" out of its notes/.test(
        status()?.trouble ?? '',
      ),
    )
    expect(lab.ready('JD')).to.equal(false)
    expect(writesTo(A_VMID)).to.deep.equal([])
  })

  it("let a copy that a person made of the range's VM be neither corrected nor deleted", async () => {
    const copy = { vmid: 500, notes: notes(A_VMID, true), tags: MARKS, running: true }
    lab = await openLab({
      world: worldWith({ 'JD-a': copy }),
      files: { 'JD.yml': rangeText([A]) },
      settings: { auditMs: 60_000 },
    })
    await lab.until(() => /has the notes of VM 1010001 of range JD, as a copy has/.test(status()?.trouble ?? ''))
    await lab.drop('JD.yml', `${rangeText([A])}ludus_extensions: { lanista: { state: absent } }\n`)
    await lab.until(() =>
      /JD-a \(VMID 500\) has the notes of VM 1010001/.test(
        lab.controller.board.get('JD')?.conditions.at(-1)?.message ?? '',
      ),
    )
    expect(writesTo(500)).to.deep.equal([])
  })

  const NOTES = [
    ['no notes', undefined],
    ['notes as an earlier Lanista wrote them', '{"groups":["JD","JD_linux_endpoints"]}'],
    ['notes that a person wrote', 'of Ann, ask before use'],
  ] as const
  for (const [situation, description] of cases(NOTES, every(3)))
    itLong(
      `let a VM that was configured before Lanista wrote such notes count as configured, with ${situation}`,
      async () => {
        const before = {
          vmid: A_VMID,
          tags: MARKS,
          net0: 'virtio=BC:24:11:00:00:01,bridge=r1,tag=10',
          ...(description === undefined ? {} : { notes: description }),
        }
        lab = await openLab({ world: worldWith({ 'JD-a': before }), files: { 'JD.yml': rangeText([A]) } })
        await lab.until(() => lab.ready('JD'))
        expect(writesTo(A_VMID)).to.deep.equal(['POST status/start'])
        await lab.drop('JD.yml', `${rangeText([A])}ludus_extensions: { lanista: { state: absent } }\n`)
        await lab.until(() => guest(A_VMID) === undefined)
      },
    )
})
