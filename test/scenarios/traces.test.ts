import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { openTraceCollector, type SpanSeen } from '../builders/trace-collector.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { startScraped } from './scrapes.ts'
import { openSite, type Site } from './site.ts'

const JD = rangeText([{ name: 'DC01', vlan: 10, octet: 11 }])

describe('traces', function () {
  this.timeout(60_000)
  let site: Site
  beforeEach(async () => {
    site = await openSite({ 'JD.yml': JD })
  })
  afterEach(() => site.close())
  const traceTo = async (endpoint: string): Promise<void> => {
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, text.replace('lanista:\n', `lanista:\n  tracing: { endpoint: "${endpoint}" }\n`))
  }

  it('show of each pass its plan, every request and every task, and no secret', async () => {
    const collector = await openTraceCollector()
    try {
      await traceTo(collector.endpoint)
      const scrapes = await startScraped(site, 'x')
      expect(await scrapes.running.nextLine(/"range":"JD","msg":"range is Ready"/)).to.match(/"pass":"[0-9a-f]{32}"/)
      const page = await scrapes.page('application/openmetrics-text')
      await scrapes.end()

      const spans = collector.spans()
      const byId = new Map(spans.map((span) => [span.spanId, span]))
      const rootOf = (span: SpanSeen): SpanSeen => {
        const parent = byId.get(span.parentSpanId ?? '')
        return parent === undefined ? span : rootOf(parent)
      }
      const passes = spans.filter(({ name }) => name === 'pass')
      expect(passes.length).to.be.above(0)
      expect(passes.every(({ parentSpanId = '' }) => parentSpanId === '')).to.equal(true)
      // What the metrics call a pass is its trace.
      const [, passId] = /lanista_reconcile_seconds_bucket\{[^}]*\} \d+ # \{pass_id="([0-9a-f]{32})"\}/.exec(page) ?? []
      expect(passes.map(({ traceId }) => traceId)).to.include(passId)

      const plans = spans.filter(({ name }) => name === 'plan')
      expect(plans.length).to.be.above(0)
      for (const plan of plans) expect(byId.get(plan.parentSpanId ?? '')?.name).to.equal('pass')
      const looks = spans.filter((span) => byId.get(span.parentSpanId ?? '')?.name === 'plan')
      expect(looks.map(({ name }) => name)).to.include('GET /cluster/resources')
      for (const name of [
        'POST /nodes/{node}/qemu/{vmid}/clone',
        'task qmclone',
        'task qmstart',
        'task reloadnetworkall',
      ]) {
        const found = spans.filter((span) => span.name === name)
        expect(found.length, name).to.be.above(0)
        for (const span of found) expect(rootOf(span).name, name).to.equal('pass')
      }
      const sent = site.simulator.journal.entries().length
      expect(spans.filter(({ name }) => /^(GET|POST|PUT|DELETE) /.test(name)).length).to.be.within(sent * 0.9, sent)

      const [, secret = ''] = (controllerToken(site.simulator.world) ?? '').split('=')
      expect(secret.length).to.be.above(10)
      expect(collector.text()).not.to.include(secret)
    } finally {
      await collector.close()
    }
  })

  itLong('that nobody takes disturb nothing, and are told of once', async () => {
    await traceTo('http://127.0.0.1:9')
    const { running, pass } = await startScraped(site, 'x')
    try {
      await running.nextLine(/"range":"JD","msg":"range is Ready"/)
      const told = await running.nextLine(/traces: they could not be sent/)
      expect(told).to.match(/"endpoint":"http:\/\/127\.0\.0\.1:9.*"error":.*(?:ECONNREFUSED|failed)/)
      await pass(3)
    } finally {
      running.stop()
    }
    const { status, stderr } = await running.ended
    expect(status).to.equal(0)
    expect(stderr.match(/traces: they could not be sent/g)).to.have.length(1)
  })

  itLong('go to no address with a password in it', async () => {
    await traceTo('http://me:hunter2@127.0.0.1:9')
    const { status, stderr, stdout } = await lanistaHere(['run', '--once', '--config', site.config])
    expect(status).to.equal(1)
    expect(stderr + stdout)
      .to.include('lanista.tracing.endpoint')
      .and.not.include('hunter2')
  })
})
