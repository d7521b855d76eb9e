import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { formatFor } from '../../../adapters/metrics/exposition.ts'
import { openMetrics } from '../../../adapters/metrics/open-metrics.ts'
import { needPromtool, promtool } from '../../builders/promtool.ts'
import { fullMetrics } from './full-metrics.ts'

/** As Prometheus 2.42 and 3 ask. */
const PROMETHEUS =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const PROMETHEUS_3 =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;q=0.3,*/*;q=0.1'

describe('formatFor', () => {
  const rows: readonly (readonly [string | undefined, 'text' | 'openmetrics'])[] = [
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/html,*/*;q=0.8', 'text'],
    [PROMETHEUS, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
    ['text/plain;version=0.0.4;q=1,application/openmetrics-text;q=0.5', 'text'],
    ['application/openmetrics-text; version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    [';;;q=x,', 'text'],
  ]
  for (const [accept, format] of rows)
    it(`gives ${format} to who accepts ${accept ?? 'anything'}`, () => expect(formatFor(accept)).to.equal(format))
})

describe('the page of metrics', () => {
  it('is the same in both formats, but for the pass as exemplar, names of counters, and its end', async () => {
    const metrics = fullMetrics()
    const text = await metrics.render()
    const open = await metrics.render(PROMETHEUS)
    expect(text.contentType).to.equal('text/plain; version=0.0.4; charset=utf-8')
    expect(open.contentType).to.equal('application/openmetrics-text; version=1.0.0; charset=utf-8')
    const ours = (body: string): readonly string[] => body.split('\n').filter((line) => line.startsWith('lanista_'))
    expect(ours(open.body).map((line) => line.replace(/ # .*/, ''))).to.deep.equal(ours(text.body))
    expect(open.body).to.match(
      /^lanista_reconcile_seconds_bucket\{le="0.5",result="settled"\} 1 # \{pass_id="4bf92f3577b34da6a3ce929d0e0e4736"\} 0.3 [0-9.]+$/m,
    )
    expect(open.body)
      .to.match(/^# TYPE lanista_reconcile counter$/m)
      .and.to.match(/\n# EOF\n$/)
    expect(text.body)
      .to.match(/^# TYPE lanista_reconcile_total counter$/m)
      .and.not.to.include('pass_id')
  })

  it('escapes what is in a label, and shows nothing of what is not known', async () => {
    const metrics = openMetrics('1"\\\n')
    const { body } = await metrics.render()
    expect(body).to.include('version="1\\"\\\\\\n"')
    for (const unknown of ['lanista_git_commit', 'lanista_state_dir', 'lanista_cluster_quorate', 'lanista_node'])
      expect(body).not.to.include(unknown)
  })

  describe('to promtool', function () {
    this.timeout(60_000)
    before(needPromtool)

    it('is clean', async () => {
      const { body } = await fullMetrics().render()
      expect(await promtool(['check', 'metrics'], body)).to.deep.equal({ status: 0, text: '' })
    })

    it('is clean in OpenMetrics, by its parser as well', async () => {
      const { body } = await fullMetrics().render(PROMETHEUS)
      // The command lints text; what is only in OpenMetrics is taken back for it.
      const counters = new Set([...body.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name))
      const asText = body
        .replaceAll(/ # \{.*/g, '')
        .replaceAll(/^(# (?:TYPE|HELP)) (\S+)/gm, (line, kind: string, name: string) =>
          counters.has(name) ? `${kind} ${name}_total` : line,
        )
      expect(await promtool(['check', 'metrics'], asText)).to.deep.equal({ status: 0, text: '' })
      // What makes blocks of a page in OpenMetrics has Prometheus' own parser of it, and wants a time in each line.
      const timed = body.replaceAll(
        /^([^#\n][^\n]*?)( # \{.*)?$/gm,
        (_, sample: string, exemplar = '') => `${sample} 1700000000${String(exemplar)}`,
      )
      const folder = await mkdtemp(path.join(tmpdir(), 'lanista-openmetrics-'))
      try {
        const file = path.join(folder, 'page.txt')
        await writeFile(file, timed)
        const said = await promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, folder])
        expect(said.status, said.text).to.equal(0)
        await writeFile(file, timed.replace('# {pass_id', '# pass_id'))
        expect((await promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, folder])).status).to.equal(1)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
})
