import { expect } from 'chai'
import fc from 'fast-check'
import { readGitRef } from '../../model/git-ref.ts'
import { runs } from '../runner/long-runs.ts'

describe('readGitRef', () => {
  it('takes branches and tags, refs in full, and ids in full', () => {
    const namesOf = (text: string): unknown => {
      const read = readGitRef(text)
      return read.kind === 'ref' ? (read.ref.kind === 'names' ? read.ref.names : read.ref.id) : read.finding
    }
    expect(namesOf('fix/dc')).to.deep.equal(['refs/heads/fix/dc', 'refs/tags/fix/dc'])
    expect(namesOf('refs/pull/12/head')).to.deep.equal(['refs/pull/12/head'])
    expect(namesOf('refs/merge-requests/3/head')).to.deep.equal(['refs/merge-requests/3/head'])
    expect(namesOf('A'.repeat(40))).to.equal('a'.repeat(40))
    expect(namesOf('b'.repeat(64))).to.equal('b'.repeat(64))
  })

  for (const text of [
    '',
    '-x',
    '--upload-pack=touch /tmp/x',
    'a:b',
    ':x',
    'refs/',
    'refs/x',
    'refs/-/x/',
    'HEAD',
    'HEAD~1',
    '@',
    'main^',
    'a..b',
    'refs/heads/*',
    'a b',
    'a\nb',
    'refs/heads/../x',
    'x.lock',
  ])
    it(`takes no ${JSON.stringify(text)}`, () => {
      const read = readGitRef(text)
      expect(read.kind).to.equal('unusable')
      expect(read).to.have.property('remedy').that.includes('refs/pull/12/head')
    })

  it('lets nothing to git that is an option, a pattern or a refspec', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        '-',
        '+',
        ':',
        '*',
        '?',
        '[',
        '^',
        '~',
        '/',
        '.',
        '@',
        '{',
        ' ',
        '\n',
        '\\',
        'a',
        'f',
        '0',
        'refs/',
      ),
    })
    fc.assert(
      fc.property(hostile, (text) => {
        const read = readGitRef(text)
        if (read.kind === 'unusable') return
        const { ref } = read
        for (const name of ref.kind === 'names' ? ref.names : [ref.id])
          expect(name).to.match(/^(?:refs\/[^-:*?[\\^~\s][^:*?[\\^~\s]*|[0-9a-f]{40}|[0-9a-f]{64})$/)
      }),
      { numRuns: runs(5000) },
    )
  })
})
