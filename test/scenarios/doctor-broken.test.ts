import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { Ajv } from 'ajv'
import { expect } from 'chai'
import type { RequestEffect } from '../../adapters/simulator/faults.ts'
import type { DoctorReport } from '../../model/doctor-report.ts'
import { jsonSchemaOf } from '../../model/json-schema.ts'
import { isLong } from '../runner/long-runs.ts'
import { lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const isReport = new Ajv({ formats: { 'date-time': true } }).compile<DoctorReport>(jsonSchemaOf('doctor'))

const WAYS: readonly (readonly [string, RequestEffect])[] = [
  ['hangs', { kind: 'hang' }],
  ['is reset', { kind: 'reset' }],
  ...[401, 403, 404, 500, 596].map(
    (status) => [`is answered ${status}`, { kind: 'answer', status, message: 'it is broken' }] as const,
  ),
]

describe('lanista doctor before a Proxmox that is half broken', function () {
  this.timeout(120_000)
  let site: Site
  before(async () => {
    site = await openSite({ 'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) })
  })
  after(() => site.close())

  const look = async (): Promise<DoctorReport> => {
    const { status, stdout } = await lanistaHere(['doctor', '-o', 'json', '--timeout', '2s', '--config', site.config])
    const report: unknown = JSON.parse(stdout)
    if (!isReport(report)) throw new Error(JSON.stringify(isReport.errors))
    expect(status).to.equal(report.counts.fail > 0 ? 1 : 0)
    return report
  }
  const asked = (): readonly string[] => [
    ...new Set(
      site.simulator.journal
        .entries()
        .filter(({ method }) => method === 'GET')
        .map(({ path: at }) => at)
        // A template that no range names is nobody's trouble.
        .filter((at) => !/\/qemu\/900[2-9]\//.test(at)),
    ),
  ]

  it('calls nothing fine when a call that it makes fails, hides no other, and leaves nothing behind', async () => {
    const whole = await look()
    expect(whole.result).to.equal('ok')
    const calls = asked()
    expect(calls.length).to.be.greaterThan(10)
    const quietly: string[] = []
    for (const at of isLong ? calls : calls.filter((each) => /permissions$|pve2\/network$/.test(each)))
      for (const [way, effect] of isLong ? WAYS : WAYS.slice(0, 1)) {
        const armed = site.simulator.arm({
          on: 'request',
          times: 999,
          match: { method: 'GET', path: new RegExp(`^${at.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) },
          at: 'before',
          effect,
        })
        const report = await look()
        armed.disarm()
        if (report.result === 'ok') quietly.push(`GET ${at} ${way}`)
        // Its own machine, files and configuration are as they were.
        expect(report.checks.filter(({ code }) => code === 'range-files').map(({ level }) => level)).to.deep.equal([
          'ok',
        ])
      }
    expect(quietly).to.deep.equal([])
    expect(site.simulator.journal.entries().filter(({ method }) => method !== 'GET')).to.deep.equal([])
    const state = path.join(path.dirname(site.config), 'state')
    expect(await readdir(state).catch(() => [])).to.deep.equal([])
  })
})
