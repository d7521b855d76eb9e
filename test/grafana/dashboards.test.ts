import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { stringify } from 'yaml'
import { z } from 'zod'
import { fullMetrics } from '../adapters/metrics/full-metrics.ts'
import { needPromtool, promtool } from '../builders/promtool.ts'
import { metricsOfPage, unknownIn } from '../deploy/expressions.ts'
import { expressionsOf } from './dashboard.ts'
import { DASHBOARDS, dashboardFiles } from './dashboards.ts'

/** What Grafana puts in before it asks. */
const asAsked = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$(?:instance|range|node)\b/g, 'x')

describe('the dashboards', () => {
  for (const { path: file, text } of dashboardFiles())
    it(`${file} is what the code makes; if not, "npm run docs" makes it so`, async () => {
      expect(await readFile(file, 'utf8')).to.equal(text)
    })

  it('are all that there are', async () => {
    const names = (await readdir('deploy/grafana')).map((name) => `deploy/grafana/${name}`)
    expect(names.sort()).to.deep.equal(
      dashboardFiles()
        .map((file) => file.path)
        .sort(),
    )
  })

  it('name metrics and labels that there are', async () => {
    const known = metricsOfPage((await fullMetrics().render()).body)
    for (const dashboard of DASHBOARDS)
      expect(
        expressionsOf(dashboard).flatMap((expression) => unknownIn(asAsked(expression), known)),
        dashboard.title,
      ).to.deep.equal([])
  })

  it('have each panel in a place of its own, with a title and what it tells', () => {
    for (const { path: file, text } of dashboardFiles()) {
      const { panels } = laidOut.parse(JSON.parse(text))
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length)
      for (const [index, { title, description, type, gridPos }] of panels.entries()) {
        expect(title.length, file).to.be.above(0)
        if (type !== 'row') expect(description?.length ?? 0, `${file}: ${title}`).to.be.above(5)
        expect(gridPos.x + gridPos.w).to.be.at.most(24)
        for (const other of panels.slice(index + 1)) expect(overlaps(gridPos, other.gridPos), title).to.equal(false)
      }
    }
  })

  describe('to promtool', function () {
    this.timeout(60_000)
    before(needPromtool)

    it('have expressions that Prometheus understands', async () => {
      const all = DASHBOARDS.flatMap(expressionsOf).map(asAsked)
      expect(all.length).to.be.above(60)
      const rulesOf = (expressions: readonly string[]): string =>
        stringify({ groups: [{ name: 'x', rules: expressions.map((expr, at) => ({ record: `x:y:${at}`, expr })) }] })
      const folder = await mkdtemp(path.join(tmpdir(), 'lanista-dashboards-'))
      try {
        const file = path.join(folder, 'rules.yml')
        await writeFile(file, rulesOf(all))
        const said = await promtool(['check', 'rules', file])
        expect(said.status, said.text).to.equal(0)
        await writeFile(file, rulesOf([...all, 'sum by (x']))
        expect((await promtool(['check', 'rules', file])).status).not.to.equal(0)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
})

const grid = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() })
type Grid = z.infer<typeof grid>

const laidOut = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      description: z.string().optional(),
      type: z.string(),
      gridPos: grid,
    }),
  ),
})

const overlaps = (a: Grid, b: Grid): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
