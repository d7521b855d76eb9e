import { expect } from 'chai'
import fc from 'fast-check'
import { readBatch, readCommit, readTree } from '../../../adapters/git/objects.ts'
import { signedCommit } from '../../../adapters/git/signed-commit.ts'
import { runs } from '../../runner/long-runs.ts'

const id = 'ab'.repeat(20)

describe('objects of git', () => {
  it('are read as they were written, whatever is in them', () => {
    const content = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.array(fc.option(content, { nil: undefined })), (contents) => {
        const output = Buffer.concat(
          contents.map((each) =>
            each === undefined
              ? Buffer.from('main:no such  missing\n')
              : Buffer.concat([Buffer.from(`${id} blob ${each.length}\n`), each, Buffer.from('\n')]),
          ),
        )
        expect(readBatch(output).map((each) => each?.content)).to.deep.equal(contents)
      }),
      { numRuns: runs(2000) },
    )
  })

  it('that are folders have their entries with any name', () => {
    const entry = (mode: string, name: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])
    const tree = Buffer.concat([
      entry('100644', 'JD.yml'),
      entry('100755', '-rf\n.yml'),
      entry('40000', 'a b'),
      entry('120000', 'ln'),
      entry('160000', 'sub'),
    ])
    expect(readTree(tree, 20)).to.deep.equal([
      { kind: 'file', name: 'JD.yml', id },
      { kind: 'file', name: '-rf\n.yml', id },
      { kind: 'folder', name: 'a b', id },
      { kind: 'symlink', name: 'ln', id },
      { kind: 'submodule', name: 'sub', id },
    ])
    for (const length of [5, 20, tree.length - 1])
      expect(() => readTree(tree.subarray(0, length), 20)).to.throw(/broken/)
  })

  it('that are commits say nothing by their message or signature but what is theirs to say', () => {
    const content = Buffer.from(
      [
        `tree ${id}`,
        `parent ${id}`,
        'author Ann <a@b> 1700000000 +0100',
        'committer Bob <b@b> 1700000001 +0000',
        'gpgsig -----BEGIN SSH SIGNATURE-----',
        ` parent ${'cd'.repeat(20)}`,
        ' -----END SSH SIGNATURE-----',
        '',
        '',
        'Subject',
        '',
        `parent ${'ef'.repeat(20)}`,
        'gpgsig -----BEGIN PGP SIGNATURE-----',
      ].join('\n'),
    )
    expect(readCommit(id, content)).to.deep.equal({
      id,
      parents: [id],
      tree: id,
      author: 'Ann <a@b>',
      at: 1_700_000_000_000,
      subject: 'Subject',
    })
    const signed = signedCommit(content)
    expect(signed?.kind).to.equal('ssh')
    expect(signed?.signature).to.equal(
      `-----BEGIN SSH SIGNATURE-----\nparent ${'cd'.repeat(20)}\n-----END SSH SIGNATURE-----\n`,
    )
    expect(signed?.payload.toString()).to.equal(
      content.toString().replace(/^gpgsig -----BEGIN SSH[^]*?END SSH SIGNATURE-----\n/m, ''),
    )
  })

  it('that carry two signatures are signed in no way that counts', () => {
    const twice = Buffer.from(
      `tree ${id}\ngpgsig -----BEGIN SSH SIGNATURE-----\n a\ngpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n b\n\nx`,
    )
    expect(signedCommit(twice)).to.include({ kind: 'other' })
    expect(signedCommit(Buffer.from(`tree ${id}\n\ngpgsig x\n`))).to.equal(undefined)
  })
})
