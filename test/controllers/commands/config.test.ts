import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { configCommand } from '../../../controllers/commands/config.ts'
import { compose } from '../../../controllers/compose/compose.ts'

const SECRET = '0b1c2d3e-1111-4222-8333-444455556666'

const SECRET_URL = 'https://root:hunter2@pve1'

describe('lanista config', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-config-'))
    file = path.join(folder, 'config.yml')
    await writeFile(path.join(folder, 'token'), `lanista@pve!main=${SECRET}\n`)
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function shown(text: string, environment: NodeJS.ProcessEnv = {}, format = 'text'): Promise<string> {
    await writeFile(file, text)
    const lines: string[] = []
    const composition = compose({ version: 'test', environment })
    await configCommand(
      { config: file, format },
      composition,
      (_style, word) => word,
      (line) => lines.push(line),
    )
    return lines.join('\n')
  }

  it('says of each setting what is in force and where it comes from', async () => {
    const text = await shown(
      'proxmox_node: pve1\nsdn_zone: lab\nlanista:\n  resync: 300s\n  proxmox:\n    token_file: token\n',
      { LANISTA_SDN_ZONE: 'prod', LANISTA_ODD_THING: '1' },
    )
    const line = (key: string): string | undefined =>
      text
        .split('\n')
        .find((each) => each.startsWith(`${key} `))
        ?.replaceAll(/ {2,}/g, ' | ')
    expect(line('proxmox_node')).to.equal(`proxmox_node | pve1 | ${file}:1`)
    expect(line('sdn_zone')).to.equal('sdn_zone | prod | LANISTA_SDN_ZONE')
    expect(line('lanista.resync')).to.equal(`lanista.resync | 5m | ${file}:4`)
    expect(line('lanista.audit')).to.equal('lanista.audit | 10m | default')
    expect(line('lanista.prune.grace')).to.equal('lanista.prune.grace | 24h | default')
    expect(line('proxmox_url')).to.equal('proxmox_url | https://127.0.0.1:8006 | default')
    expect(line('cluster_mode')).to.equal('cluster_mode | - | default')
    expect(text).to.contain(`Proxmox API token: read from file ${folder}/token (not shown)`)
    expect(text).to.contain('environment variable LANISTA_ODD_THING: warning: ')
  })

  it('says the same as JSON', async () => {
    const text = await shown('proxmox_node: pve1\n', { LANISTA_PROXMOX_TOKEN: `lanista@pve!main=${SECRET}` }, 'json')
    const told: unknown = JSON.parse(text)
    expect(told).to.deep.include({
      token: { source: 'environment variable LANISTA_PROXMOX_TOKEN', usable: true },
      warnings: [],
    })
    expect(told).to.have.nested.property('settings.sdn_zone.value', 'ludus')
    expect(told).to.have.nested.property('settings.proxmox_node.origin.line', 1)
    expect(text).not.to.contain(SECRET)
  })

  it('says of each freeze window what it comes to', async () => {
    const freeze = JSON.stringify([
      { name: 'term', cron: '0 8 * * MON-FRI', for: '60m', zone: 'Europe/Berlin', allow: ['drift'] },
      { name: 'exam', from: '2001-02-03', until: '2001-02-04', ranges: ['exam-*'] },
      { name: SECRET_URL, from: '2001-02-03', until: '9001-02-04' },
    ])
    const configuration = `proxmox_node: pve1\nlanista: { freeze: ${freeze} }\n`
    const text = await shown(configuration)
    expect(text).to.match(/^lanista\.freeze +term, exam, https:/m)
    expect(text).to.match(
      /^Freeze window term: (next from|in force).* until \w{3} 20..-..-.. 09:00 Europe\/Berlin; all ranges; goes on: drift$/m,
    )
    expect(text).to.match(/^Freeze window exam: over; exam-\*$/m)
    expect(text).to.match(/^Freeze window .*: in force until Thu 9001-02-05 00:00 UTC; all ranges$/m)
    const told = await shown(configuration, {}, 'json')
    expect(JSON.parse(told)).to.have.nested.property('settings.lanista\\.freeze.value[0].for', '1h')
    expect(text + told).not.to.contain('hunter2')
  })

  it('never shows a secret, wherever it was put', async () => {
    const token = `lanista@pve!main=${SECRET}`
    const everywhere = `proxmox_node: pve1\nproxmox_url: https://root:hunter2@pve1:8006\nlanista:\n  ranges: ./${token}\n  proxmox:\n    hosts: ["https://root:hunter2@pve2:8006"]\n`
    for (const format of ['text', 'json'])
      for (const text of [everywhere, 'proxmox_node: pve1\nlanista: { proxmox: { token_file: token } }\n']) {
        const all = await shown(text, { LANISTA_PROXMOX_TOKEN: token }, format)
        expect(all).not.to.contain(SECRET)
        expect(all).not.to.contain('hunter2')
      }
  })

  it('shows of addresses for notifications no more than their kind', async () => {
    const text = `proxmox_node: a\nlanista: { notify: { urls: ["discord://${SECRET}@12", "https://h/${SECRET}"] } }\n`
    for (const format of ['text', 'json']) {
      const all = await shown(text, {}, format)
      expect(all).to.contain('discord://***').and.contain('https://***').and.not.contain(SECRET)
    }
    expect(await shown('proxmox_node: a\n', { LANISTA_NOTIFY_URLS: `ntfy://h/${SECRET}` })).to.match(
      /^lanista\.notify\.urls +ntfy:\/\/\*\*\* +LANISTA_NOTIFY_URLS$/m,
    )
    for (const [yaml, environment] of [
      [`proxmox_node: a\nlanista:\n  notify:\n    urls:\n      - telegram://${SECRET}@telegram\n`, {}],
      ['proxmox_node: a\n', { LANISTA_NOTIFY_URLS: `telegram://${SECRET}@telegram` }],
    ] as const) {
      const error: unknown = await shown(yaml, environment).catch(String)
      expect(error)
        .to.match(/can't send to telegram:\/\/\*\*\*; use https, /)
        .and.not.contain(SECRET)
    }
  })

  it('refuses the token itself in place of its file, without repeating it', async () => {
    const token = `lanista@pve!main=${SECRET}`
    // One after the other: both write the same file.
    const errors = [
      await shown(`proxmox_node: a\nlanista: { proxmox: { token_file: "${token}" } }\n`).catch(String),
      await shown('proxmox_node: a\n', { LANISTA_PROXMOX_TOKEN_FILE: token }).catch(String),
    ]
    for (const error of errors) expect(error).to.contain('not the token itself').and.not.contain(SECRET)
  })

  it('says why the token can not be used', async () => {
    expect(await shown('proxmox_node: pve1\n')).to.match(
      /Proxmox API token: none found; set lanista\.proxmox\.token_file/,
    )
    expect(await shown('proxmox_node: pve1\nlanista: { proxmox: { token_file: gone } }\n')).to.match(
      /Proxmox API token: .*gone.*it does not exist/,
    )
    await writeFile(path.join(folder, 'token'), 'nothing of use')
    await chmod(path.join(folder, 'token'), 0o600)
    expect(await shown('proxmox_node: pve1\nlanista: { proxmox: { token_file: token } }\n')).to.match(/blank in it/)
  })

  it('refuses a format it does not have, and a configuration with a mistake', async () => {
    const refusal = (text: string, format: string): Promise<unknown> =>
      shown(text, {}, format).catch((error: unknown) => error)
    expect(String(await refusal('proxmox_node: a\n', 'xml'))).to.contain('choose text or json')
    expect(String(await refusal('sdn_zone: a\n', 'text'))).to.contain('lacks the key proxmox_node')
  })
})
