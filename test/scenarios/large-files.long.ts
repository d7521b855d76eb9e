import { expect } from 'chai'
import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { serveHttp } from '../../adapters/http/serve-http.ts'
import type { RangeText } from '../../adapters/parse-range.ts'
import type { ParseOutcome } from '../../adapters/range-parser/parse-outcome.ts'
import { BalancedParser, type RangeParser } from '../../adapters/range-parser/range-parser.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import { largeRange } from '../builders/range-texts.ts'
import { type Lab, openLab } from './lab.ts'

const [FILES, KIB] = [20, 196]

/** The product's own, and what it is asked to parse. */
class CountingParser implements RangeParser {
  readonly #inner = new BalancedParser(systemClock)
  begun = 0
  done = 0
  async parse(range: RangeText): Promise<ParseOutcome> {
    this.begun += 1
    const outcome = await this.#inner.parse(range)
    this.done += 1
    return outcome
  }
  end(): Promise<void> {
    return this.#inner.end()
  }
}

const name = (index: number): string => `R${index}.yml`
/** Looks valid to its last VM, which has the name of the first. */
const text = (vlan: number): string =>
  `${largeRange(KIB * 1024)}  - { vm_name: "{{ range_id }}-vm0", hostname: last, template: t, vlan: ${vlan}, ip_last_octet: 1, ram_gb: 1, cpus: 1, linux: true }\n`

describe('many large range files', () => {
  let lab: Lab
  let parser: CountingParser
  const stop = new AbortController()
  /** Answers of `/healthz`, by how many files had been parsed then. */
  const answers: number[] = []

  before(async () => {
    parser = new CountingParser()
    lab = await openLab({ parser })
    const providers = { ...lab.observed, git: undefined, version: 'test', metrics: openMetrics('test') }
    const address = await serveHttp({ listen: '127.0.0.1:0', ...providers }, stop.signal)
    await Promise.all(Array.from({ length: FILES }, (_, index) => lab.drop(name(index), text(99))))
    while (lab.controller.board.all().length < FILES) {
      const answer = await fetch(`http://${address}/healthz`)
      expect(await answer.text()).to.equal('ok\n')
      answers.push(parser.done)
    }
  })
  after(async () => {
    stop.abort()
    await lab.close()
  })

  it('leave the process time to answer while they are read', () => {
    expect(answers.length).to.be.greaterThan((FILES * KIB) / 20)
    const between = new Set(answers.filter((done) => done > 0 && done < FILES))
    expect(between.size, 'several moments at which some files were parsed, and others not yet').to.be.greaterThan(
      FILES / 4,
    )
  })

  it('are reported with what is wrong with them', () => {
    for (const { conditions } of lab.controller.board.all())
      expect(conditions.find(({ type }) => type === 'SpecValid')?.message).to.match(
        /vm_name R\d+-vm0 is taken by ludus/,
      )
  })

  it('are parsed once, however often all ranges are looked at', async () => {
    const before = parser.begun
    expect(before).to.equal(FILES)
    for (let time = 0; time < 3; time += 1) await lab.pass()
    expect(parser.begun).to.equal(before)
  })

  it('are parsed again one by one as they change', async () => {
    const before = parser.begun
    await lab.drop(name(3), text(98))
    // What is told of the file is the same as before.
    while (parser.done === before) await lab.pass()
    expect(parser.begun).to.equal(before + 1)
  })
})
