import { expect } from 'chai'
import { Turn } from '../../../controllers/pace/turn.ts'
import { settled } from '../../builders/quiet.ts'

/** A turn that tells who took part, and ends when told to. */
function scripted() {
  const turns: { readonly names: readonly string[]; readonly end: (error?: Error) => void }[] = []
  const turn = new Turn<string, string>(
    (names) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) =>
          error === undefined ? resolve((name) => `${name} of ${names.join(' ')}`) : reject(error)
        turns.push({ names, end })
      }),
  )
  return { turn, turns }
}
const outcomeOf = (reply: Promise<string>): Promise<string> =>
  reply.catch((error: unknown) => `failed: ${String(error)}`)

describe('Turn', () => {
  it('takes those who ask in the same moment together, each with an answer of its own', async () => {
    const { turn, turns } = scripted()
    const replies = Promise.all(['a', 'b', 'c'].map((name) => turn.enter(name)))
    await settled()
    turns[0]?.end()
    expect(await replies).to.deep.equal(['a of a b c', 'b of a b c', 'c of a b c'])
    expect(turns).to.have.length(1)
  })

  it('lets everybody who asks during a turn share the next, and never takes two at once', async () => {
    const { turn, turns } = scripted()
    const first = turn.enter('a')
    await settled()
    const later = Promise.all(['b', 'c'].map((name) => turn.enter(name)))
    await settled()
    expect(turns.map(({ names }) => names)).to.deep.equal([['a']])
    turns[0]?.end()
    expect(await first).to.equal('a of a')
    await settled()
    expect(turns.map(({ names }) => names)).to.deep.equal([['a'], ['b', 'c']])
    turns[1]?.end()
    expect(await later).to.deep.equal(['b of b c', 'c of b c'])
  })

  it('tells an error to everybody in that turn, and takes the next', async () => {
    const { turn, turns } = scripted()
    const first = ['a', 'b'].map((name) => outcomeOf(turn.enter(name)))
    await settled()
    const next = turn.enter('c')
    turns[0]?.end(new Error('no cluster'))
    expect(await Promise.all(first)).to.deep.equal(['failed: Error: no cluster', 'failed: Error: no cluster'])
    await settled()
    turns[1]?.end()
    expect(await next).to.equal('c of c')
  })

  it('begins anew after it was idle', async () => {
    const { turn, turns } = scripted()
    for (const index of [0, 1]) {
      const reply = turn.enter('a')
      await settled()
      turns[index]?.end()
      expect(await reply).to.equal('a of a')
    }
  })

  it('keeps the trouble of one answer from the others', async () => {
    const turn = new Turn<string, string>(async () => (name) => {
      if (name === 'bad') throw new Error('not you')
      return name
    })
    const replies = ['a', 'bad', 'b'].map((name) => outcomeOf(turn.enter(name)))
    expect(await Promise.all(replies)).to.deep.equal(['a', 'failed: Error: not you', 'b'])
  })

  describe('what is done in between', () => {
    it('waits for all who want a turn in the same moment, and takes place alone', async () => {
      const { turn, turns } = scripted()
      const log: string[] = []
      let end: () => void = () => undefined
      const work = turn.between(() => {
        log.push('begun')
        return new Promise<void>((resolve) => (end = resolve))
      })
      const first = turn.enter('a')
      await settled()
      await settled()
      expect([turns.length, log]).to.deep.equal([1, []])
      const second = turn.enter('b')
      turns[0]?.end()
      await first
      await settled()
      expect([turns.length, log], 'who asked meanwhile comes first').to.deep.equal([2, []])
      turns[1]?.end()
      await second
      await settled()
      expect(log).to.deep.equal(['begun'])
      const third = turn.enter('c')
      await settled()
      expect(turns, 'nobody takes a turn meanwhile').to.have.length(2)
      end()
      await work
      await settled()
      turns[2]?.end()
      expect(await third).to.equal('c of c')
    })

    it('ends as it ends, and stops no turn', async () => {
      const { turn, turns } = scripted()
      expect(await turn.between(() => Promise.resolve(7))).to.equal(7)
      expect(await turn.between(() => Promise.reject(new Error('broken'))).catch(String)).to.equal('Error: broken')
      const reply = turn.enter('a')
      await settled()
      turns[0]?.end()
      expect(await reply).to.equal('a of a')
    })
  })
})
