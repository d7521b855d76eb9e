import { expect } from 'chai'
import { SnapshotReader } from '../../../adapters/git/read-snapshot.ts'
import { GitTrouble } from '../../../model/git-trouble.ts'

const id = (digit: string): string => digit.repeat(40)
const tree = (...entries: readonly (readonly [string, string, string])[]): Buffer =>
  Buffer.concat(entries.flatMap(([mode, name, of]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(of, 'hex')]))
type Objects = Readonly<Record<string, readonly [string, Buffer] | undefined>>

/** @param once what is there when sizes are asked for, and not when contents are */
const read = (objects: Objects, once: Objects = {}): Promise<string> => {
  const own = (args: readonly string[], { input = '' }: { readonly input?: string | Uint8Array }): Promise<Buffer> => {
    const isCheck = args.includes('--batch-check')
    const asked = String(input).trim().split('\n')
    return Promise.resolve(
      Buffer.concat(
        asked.map((each) => {
          const [type, content] = objects[each] ?? (isCheck ? once[each] : undefined) ?? []
          if (type === undefined || content === undefined) return Buffer.from(`${each} missing\n`)
          const head = Buffer.from(`${each} ${type} ${content.length}\n`)
          return isCheck ? head : Buffer.concat([head, content, Buffer.from('\n')])
        }),
      ),
    )
  }
  const commit = { id: id('f'), parents: [], tree: id('a'), author: '', at: 0, subject: '' }
  return new SnapshotReader({ own }, 'ranges').read(commit, undefined, new AbortController().signal).then(
    ({ kind }) => kind,
    (error: unknown) => (error instanceof GitTrouble ? error.reason : String(error)),
  )
}

describe('reading a commit', () => {
  const top = ['tree', tree(['40000', 'ranges', id('b')])] as const
  const ranges = ['tree', tree(['100644', 'JD.yml', id('c')], ['40000', 'KT', id('d')])] as const
  const file = ['blob', Buffer.from('x')] as const
  const all: Objects = { [id('a')]: top, [id('b')]: ranges, [id('c')]: file, [id('d')]: ['tree', tree()] }

  it('takes nothing that is not there, or not what its name says, for a file or a folder that is gone or empty', async () => {
    expect(await read(all)).to.equal('files')
    expect(await read({ ...all, [id('a')]: ['tree', tree()] })).to.equal('noFolder')
    for (const [what, objects] of Object.entries<Objects>({
      'the top is none': { ...all, [id('a')]: file },
      'the top is an empty file': { ...all, [id('a')]: ['blob', Buffer.alloc(0)] },
      'the top is not there': { ...all, [id('a')]: undefined },
      'the folder is an empty file': { ...all, [id('b')]: ['blob', Buffer.alloc(0)] },
      'the folder is not there': { ...all, [id('b')]: undefined },
      'the folder of a range is an empty file': { ...all, [id('d')]: ['blob', Buffer.alloc(0)] },
      'the folder of a range is not there': { ...all, [id('d')]: undefined },
      'a file is not there': { ...all, [id('c')]: undefined },
    }))
      expect(await read(objects), what).to.equal('RepositoryDamaged')
    expect(await read({ ...all, [id('c')]: undefined }, { [id('c')]: file }), 'a file goes meanwhile').to.equal(
      'RepositoryDamaged',
    )
  })
})
