import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import type { ParseOutcome } from '../../../adapters/range-parser/parse-outcome.ts'
import { LONGEST_PARSE } from '../../../adapters/range-parser/parse-thread.ts'
import { ParseThreads } from '../../../adapters/range-parser/parse-threads.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { largeRange, ownRanges, realRanges } from '../../builders/range-texts.ts'
import { cases, every, itLong } from '../../runner/long-runs.ts'

const rangeOf = (text: string) => ({ text, file: 'JD.yml', rangeId: 'JD' })

/** Time that passes when it is told to. */
class StoppedClock {
  readonly #sleepers = new Set<() => void>()
  readonly asked: number[] = []

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.asked.push(milliseconds)
    return new Promise((resolve, reject) => {
      this.#sleepers.add(resolve)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(resolve)
        reject(new Error('aborted'))
      })
    })
  }
  pass(): void {
    for (const wake of this.#sleepers) wake()
  }
  get sleepers(): number {
    return this.#sleepers.size
  }
}

/** A thread that does what its text says, and answers with it. */
const ODD = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ text }) => {
    if (text === 'hang') for (;;) {}
    if (text === 'throw') throw new Error('it broke')
    if (text === 'exit') process.exit(3)
    if (text === 'grow') for (const all = []; ; ) all.push(new Array(10_000).fill(all.length))
    parentPort.postMessage({ kind: 'invalid', diagnostics: [], said: text })
  })
`

/** Threads that do what they are told, and how many were started and have ended. */
function oddThreads(most: number, clock: StoppedClock = new StoppedClock()) {
  const started: Worker[] = []
  const ended: Worker[] = []
  const threads = new ParseThreads(most, clock, () => {
    const worker = new Worker(ODD, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } })
    started.push(worker)
    worker.on('exit', () => ended.push(worker))
    return worker
  })
  const told = async (text: string): Promise<string> => {
    const outcome: ParseOutcome & { readonly said?: string } = await threads.parse(rangeOf(text))
    return outcome.kind === 'failed' ? `${outcome.finding}; ${outcome.remedy}` : (outcome.said ?? '')
  }
  return { threads, told, started, ended, clock }
}

const REMEDY = 'make the file smaller, or save it again to have it tried again'

describe('threads that parse range files', function () {
  this.timeout(60_000)

  itLong('find in each file what this thread finds', async () => {
    const threads = new ParseThreads(2, systemClock)
    const texts = [...ownRanges(), ...cases(realRanges(), every(10))].map(({ text }) => text)
    const all = [...texts, 'ludus: 1\n', 'ludus: [', '', largeRange(20_000), 'ludus: []\nrouter: { hostname: A_ }\n']
    const found = await Promise.all(all.map((text) => threads.parse(rangeOf(text))))
    for (const [index, text] of all.entries()) expect(found[index]).to.deep.equal(parseRange(rangeOf(text)))
    await threads.end()
  })

  itLong('let the event loop turn many times while one large file is parsed', async () => {
    const threads = new ParseThreads(1, systemClock)
    // Started, so that only the parsing is counted.
    await threads.parse(rangeOf('ludus: []\n'))
    let [turns, isDone] = [0, false]
    const turn = (): void => {
      turns += 1
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    const outcome = await threads.parse(rangeOf(largeRange(48 * 1024)))
    isDone = true
    expect(outcome.kind).to.equal('ok')
    expect(turns).to.be.greaterThan(100)
    await threads.end()
  })

  it('tell of a text that there is no thread for, and parse the next one', async () => {
    let isFull = true
    const threads = new ParseThreads(1, systemClock, () => {
      if (isFull) throw new Error('spawn EAGAIN')
      return new Worker(ODD, { eval: true })
    })
    const outcome = await threads.parse(rangeOf('a'))
    expect(outcome.kind === 'failed' && outcome.finding).to.equal('parsing it ended early: spawn EAGAIN')
    isFull = false
    expect((await threads.parse(rangeOf('b'))).kind).to.equal('invalid')
    await threads.end()
  })

  it('are started only for work, as many as there is work for, and kept', async () => {
    const { threads, told, started, ended } = oddThreads(3)
    expect(started).to.have.length(0)
    await told('a')
    await told('b')
    expect(started).to.have.length(1)
    expect(await Promise.all(['c', 'd', 'e', 'f', 'g'].map(told))).to.deep.equal(['c', 'd', 'e', 'f', 'g'])
    expect(started).to.have.length(3)
    expect(ended).to.have.length(0)
    await threads.end()
    expect(ended).to.have.length(3)
  })

  it('end once they have nothing to do, and start again for whoever still asks', async () => {
    const { threads, told, started, ended } = oddThreads(1)
    const answers = ['a', 'b'].map(told)
    await threads.end()
    expect(await Promise.all(answers)).to.deep.equal(['a', 'b'])
    await threads.end()
    if (ended.length === 0) await once(started[0]!, 'exit')
    expect(await told('c')).to.equal('c')
    if (ended.length === 1) await once(started[1]!, 'exit')
    expect(ended).to.have.length(2)
  })

  const deaths = [
    ['throw', 'parsing it ended early: it broke'],
    ['exit', 'parsing it ended early: its thread ended with status 3'],
    ['grow', 'parsing it ended early: Worker terminated due to reaching memory limit: JS heap out of memory'],
  ] as const
  for (const [text, finding] of cases<(typeof deaths)[number]>(deaths, ([text]) => text !== 'grow'))
    it(`fail at the text that ends one (${text}), and at no other`, async () => {
      const { threads, told, started } = oddThreads(1)
      expect(await Promise.all(['a', text, 'b', text, 'c'].map(told))).to.deep.equal([
        'a',
        `${finding}; ${REMEDY}`,
        'b',
        `${finding}; ${REMEDY}`,
        'c',
      ])
      expect(started).to.have.length(3)
      await threads.end()
    })

  it('fail at a text that hangs when its time is over, and end the thread that was at it', async () => {
    const { threads, told, started, clock } = oddThreads(1)
    const hung = told('hang')
    const next = told('a')
    expect(clock.asked).to.deep.equal([LONGEST_PARSE])
    const ended = once(started[0]!, 'exit')
    clock.pass()
    expect(await hung).to.equal(`parsing it took longer than ${LONGEST_PARSE / 1000} s; ${REMEDY}`)
    await ended
    expect(await next).to.equal('a')
    expect(started).to.have.length(2)
    await threads.end()
  })

  it('go on with others while one text hangs', async () => {
    const { threads, told, clock } = oddThreads(2)
    const hung = told('hang')
    expect(await Promise.all(['a', 'b', 'c'].map(told))).to.deep.equal(['a', 'b', 'c'])
    clock.pass()
    expect(await hung).to.match(/took longer/)
    await threads.end()
  })

  it('count no time between texts', async () => {
    const { threads, told, clock } = oddThreads(1)
    await told('a')
    expect(clock.sleepers).to.equal(0)
    clock.pass()
    expect(await told('b')).to.equal('b')
    await threads.end()
  })

  it('survive a thread that dies between texts', async () => {
    const { threads, told, started } = oddThreads(1)
    await told('a')
    await started[0]!.terminate()
    expect(await told('b')).to.equal('b')
    await threads.end()
  })

  itLong('do not keep the process from ending, except while they parse', async () => {
    const adapters = new URL('../../../adapters/', import.meta.url)
    const script = `
      import { ParseThreads } from '${new URL('range-parser/parse-threads.js', adapters)}'
      import { systemClock } from '${new URL('system-clock.js', adapters)}'
      const { kind } = await new ParseThreads(2, systemClock).parse({ text: 'ludus: []', file: 'JD.yml', rangeId: 'JD' })
      console.log(kind)
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout).to.equal('ok\n')
  })
})
