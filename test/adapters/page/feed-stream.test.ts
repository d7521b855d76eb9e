import { expect } from 'chai'
import fc from 'fast-check'
import { eventParser, problemDetail } from '../../../adapters/page/feed-stream.ts'

describe('a stream of events', () => {
  it('is read the same wherever its pieces end', () => {
    const text = ': still here\n\nid: a-1\ndata: {"type":"synced"}\n\nid: a-2\r\ndata: one\r\ndata: two\r\n\r\n'
    const whole = eventParser()(text)
    expect(whole).to.deep.equal([
      { id: 'a-1', data: '{"type":"synced"}' },
      { id: 'a-2', data: 'one\ntwo' },
    ])
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), text.length]
        const parse = eventParser()
        const read = places.slice(1).flatMap((end, index) => parse(text.slice(places[index], end)))
        expect(read).to.deep.equal(whole)
      }),
    )
  })

  it('makes nothing of a piece that is not whole, and loses nothing of it', () => {
    const parse = eventParser()
    expect(parse('data: a')).to.deep.equal([])
    expect(parse('b\n')).to.deep.equal([])
    expect(parse('\n')).to.deep.equal([{ id: undefined, data: 'ab' }])
  })
})

describe('a problem', () => {
  it('is told by its own words, where they are some', () => {
    expect(problemDetail('{"detail":"token: is not known"}')).to.equal('token: is not known')
    for (const other of ['<html>', '{}', '[]', 'null', '{"detail":5}', ''])
      expect(problemDetail(other)).to.equal(undefined)
  })
})
