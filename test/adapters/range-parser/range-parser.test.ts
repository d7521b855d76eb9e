import type { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { startWorker } from '../../../adapters/range-parser/parse-thread.ts'
import { ParseThreads } from '../../../adapters/range-parser/parse-threads.ts'
import { BalancedParser } from '../../../adapters/range-parser/range-parser.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { largeRange } from '../../builders/range-texts.ts'
import { cases, isLong, itLong } from '../../runner/long-runs.ts'

const rangeOf = (text: string) => ({ text, file: 'JD.yml', rangeId: 'JD' })

describe('BalancedParser', function () {
  this.timeout(60_000)
  let started: Worker[]
  let parser: BalancedParser

  beforeEach(() => {
    started = []
    const threads = new ParseThreads(2, systemClock, () => {
      const worker = startWorker()
      started.push(worker)
      return worker
    })
    parser = new BalancedParser(systemClock, threads)
  })
  afterEach(() => parser.end())

  it('parses what people write without any thread', async () => {
    const text = largeRange(7_500)
    for (let time = 0; time < 3; time += 1)
      expect(await parser.parse(rangeOf(text))).to.deep.equal(parseRange(rangeOf(text)))
    expect(started).to.have.length(0)
  })

  const large: readonly (readonly [string, string])[] = [
    ['long', largeRange(30_000)],
    ['short and dense', `ludus: []\nglobal_role_vars: { a: [${'[], '.repeat(1000)}] }\n`],
    ['one long text', `ludus: []\nglobal_role_vars: { a: ${'x'.repeat(20_000)} }\n`],
  ]
  for (const [what, text] of cases(large, ([what]) => what === 'one long text'))
    it(`parses in a thread what is ${what}`, async () => {
      expect(await parser.parse(rangeOf(text))).to.deep.equal(parseRange(rangeOf(text)))
      expect(started).to.have.length(1)
    })

  it('parses one small text in each turn of the event loop', async () => {
    const turns: number[] = []
    let turn = 0
    let isDone = false
    const count = (): void => {
      turn += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await parser.parse(rangeOf('ludus: []\n'))
        turns.push(turn)
      }),
    )
    isDone = true
    expect(new Set(turns).size).to.equal(20)
  })

  itLong('has help with many small texts at once, and answers each for what it is', async () => {
    const texts = Array.from({ length: isLong ? 300 : 120 }, (_, index) =>
      index % 7 === 0 ? `ludus: ${index}\n` : 'ludus: []\n',
    )
    const found = await Promise.all(texts.map((text) => parser.parse(rangeOf(text))))
    expect(found).to.deep.equal(texts.map((text) => parseRange(rangeOf(text))))
    expect(started).to.have.length(2)
  })
})
