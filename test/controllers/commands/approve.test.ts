import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { approveCommand } from '../../../controllers/commands/approve.ts'
import { compose } from '../../../controllers/compose/compose.ts'
import type { WaitingSet } from '../../../model/prune.ts'

const SET: WaitingSet = {
  why: ['2 ranges would go within an hour; lanista.prune.budget is 1'],
  ranges: [
    { id: 'JD', vms: [{ vmid: 1_010_011, name: 'JD-DC01', node: 'pve1' }] },
    { id: 'KT', vms: [] },
  ],
}

describe('lanista approve', () => {
  let folder: string
  let config: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-approve-'))
    config = path.join(folder, 'config.yml')
    await writeFile(config, 'proxmox_node: pve1\nlanista: { state_dir: state }\n')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const files = () => approvalFiles(path.join(folder, 'state'))
  async function approve(yes: boolean, ask?: (question: string) => Promise<string>) {
    const lines: string[] = []
    const composition = compose({ version: 'test', environment: {} })
    const status = await approveCommand(
      { config, yes, commit: undefined },
      composition,
      (line) => lines.push(line),
      ask,
    )
    return { status, text: lines.join('\n'), approved: await files().approved() }
  }

  it('shows what goes and why, asks, and approves of exactly that', async () => {
    await files().ask(SET)
    const questions: string[] = []
    const { status, text, approved } = await approve(false, async (question) => {
      questions.push(question)
      return ' 2\n'
    })
    expect(text).to.contain(
      [
        'These ranges go, their VMs, networks and pools with them, for good. Their files are gone, and they wait because',
        '  2 ranges would go within an hour; lanista.prune.budget is 1',
        '',
        '- range JD',
        '  - vm JD-DC01 (VMID 1010011 on pve1)',
        '- range KT: no VM in its pool',
        '',
        '2 ranges, 1 VM',
      ].join('\n'),
    )
    expect(questions).to.deep.equal(['Type how many ranges go (2) to approve: '])
    expect(approved).to.deep.equal(SET)
    expect(status).to.equal(0)
  })

  for (const answer of ['', 'y', 'yes', '1', '22'])
    it(`approves of nothing when the answer is ${JSON.stringify(answer)}`, async () => {
      await files().ask(SET)
      const { status, text, approved } = await approve(false, async () => answer)
      expect([status, approved]).to.deep.equal([1, undefined])
      expect(text).to.match(/not approved; nothing goes$/)
    })

  it('asks nobody with --yes', async () => {
    await files().ask(SET)
    const { status, approved } = await approve(true, () => Promise.reject(new Error('asked')))
    expect([status, approved]).to.deep.equal([0, SET])
  })

  it('approves of nothing where nothing waits', async () => {
    const { status, text } = await approve(true)
    expect([status, text]).to.deep.equal([1, 'nothing waits for approval'])
    expect(await readdir(folder)).to.deep.equal(['config.yml'])
  })

  it('shows names so that a terminal does not act on them', async () => {
    const odd = { vmid: 7, name: '\u001b[2Jx', node: 'pve1' }
    await files().ask({ why: ['\u001b[1A'], ranges: [{ id: 'JD', vms: [odd] }] })
    expect((await approve(true)).text).to.not.contain('\u001b')
  })
})
