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
})
