import { readdir, readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { parse } from 'yaml'
import { needPromtool, promtool } from '../builders/promtool.ts'
import { fullMetrics } from '../adapters/metrics/full-metrics.ts'
import { itLong } from '../runner/long-runs.ts'
import { readAlerts, RULE_TESTS } from './alerts.ts'
import { groupingIn, metricsIn, metricsOfPage, unknownIn } from './expressions.ts'

const RUNBOOKS = 'docs/runbooks'

describe('the alerts', () => {
  it('have a runbook each, which the alert leads to, and no runbook is left over', async () => {
    const alerts = await readAlerts()
    const names = alerts.map(({ alert }) => alert)
    expect(names.length).to.equal(new Set(names).size).and.to.be.above(30)
    expect((await readdir(RUNBOOKS)).sort()).to.deep.equal(names.map((name) => `${name}.md`).sort())
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook_url.endsWith(`/runbooks/${alert}.md`), alert).to.equal(true)
  })

  it('have runbooks that say what it means, what to look at and what to do', async () => {
    for (const { alert } of await readAlerts()) {
      const text = await readFile(`${RUNBOOKS}/${alert}.md`, 'utf8')
      const parts = text.split(/^#+ (.*)$/m).map((part) => part.trim())
      expect(parts.filter((_, index) => index % 2 === 1)).to.deep.equal([
        alert,
        'What it means',
        'What to look at',
        'What to do',
      ])
      for (const at of [4, 6, 8]) expect(parts[at]?.length, `${alert}: ${parts[at - 1]}`).to.be.above(30)
    }
  })

  it('are each tested: that they fire, for whom, and that they did not before', async () => {
    const tests: unknown = parse(await readFile(RULE_TESTS, 'utf8'))
    const { alerts, text } = { alerts: await readAlerts(), text: JSON.stringify(tests) }
    for (const { alert } of alerts) expect(text, alert).to.include(`alertname=\\"${alert}\\"`)
  })

  it('name metrics and labels that there are', async () => {
    const known = metricsOfPage((await fullMetrics().render()).body)
    const unknown = (await readAlerts()).flatMap(({ alert, expr }) =>
      unknownIn(expr, known).map((name) => `${alert}: ${name}`),
    )
    expect(unknown).to.deep.equal([])
  })

  describe('to promtool', function () {
    this.timeout(120_000)
    before(needPromtool)

    it('are clean, and so is the example configuration that takes them in', async () => {
      const said = await promtool(['check', 'config', 'deploy/prometheus/prometheus.yml'])
      expect(said.status, said.text).to.equal(0)
      expect(said.text).to.include('rule files found').and.match(/SUCCESS: \d\d rules found/)
    })

    itLong('fire when they should, for whom they should, and not before', async () => {
      const said = await promtool(['test', 'rules', RULE_TESTS])
      expect(said.status, said.text).to.equal(0)
    })
  })
})

describe('what an expression of Prometheus names', () => {
  const expression =
    'sum by (job, instance, le) (rate(a_b[5m])) and lanista_x{route="/nodes/{node}/y=z",result=~"a|b"} / on (node) up{job="lanista"}'
  it('are its metrics with the labels of their selectors, whatever is in quotes', () => {
    expect(metricsIn(expression)).to.deep.equal([
      { metric: 'lanista_x', labels: ['route', 'result'] },
      { metric: 'up', labels: [] },
    ])
    expect(groupingIn(expression)).to.deep.equal(['le', 'node'])
  })

  it('is found missing where a page does not have it', () => {
    const known = metricsOfPage('# HELP lanista_x\nlanista_x{route="/a=b{c} d",le="1"} 1\nlanista_z 2')
    expect([...(known.get('lanista_x') ?? [])]).to.deep.equal(['route', 'le'])
    expect(unknownIn(expression, known)).to.deep.equal(['lanista_x{result}', 'node'])
    expect(unknownIn('lanista_y > 1', known)).to.deep.equal(['lanista_y'])
  })
})
