import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile, unlink } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import type { RangeFileRead } from '../../../model/ports.ts'
import { rangeFilesIn } from '../../builders/range-folder.ts'

const RANGE = 'ludus: []\n'

const findings = (read: RangeFileRead): readonly string[] =>
  read.kind === 'invalid' ? read.diagnostics.map(({ finding }) => finding) : [read.kind]

describe('watchRangeFiles', () => {
  let top: string
  let folder: string
  const open = () => rangeFilesIn(folder)

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-'))
    folder = join(top, 'ranges')
    await mkdir(folder)
  })
  afterEach(async () => {
    await rm(top, { recursive: true, force: true })
  })

  describe('listing and reading', () => {
    it('finds ranges in both layouts, and no hidden, temporary or foreign file', async () => {
      for (const file of [
        'JD.yml',
        'AB.yaml',
        '.JD.yml.swp',
        'JD.yml~',
        '#JD.yml#',
        '4913',
        '.#JD.yml',
        'notes.txt',
        'JD.yml.tmp',
      ])
        await writeFile(join(folder, file), RANGE)
      for (const sub of ['CD', 'empty', '.git', '..2024_01']) await mkdir(join(folder, sub))
      await writeFile(join(folder, 'CD', 'range-config.yml'), RANGE)
      await writeFile(join(folder, '.git', 'range-config.yml'), RANGE)
      expect(await open().list()).to.deep.equal(['AB', 'CD', 'JD'])
      for (const id of ['AB', 'CD', 'JD']) expect((await open().read(id)).kind, id).to.equal('ok')
      expect((await open().read('empty')).kind).to.equal('absent')
    })

    it('lists a range whose folder can not be looked into, since its file may be there', async () => {
      await symlink('JD', join(folder, 'JD'))
      expect(await open().list()).to.deep.equal(['JD'])
      expect(findings(await open().read('JD')).join()).to.match(/symbolic links go round in circles/)
    })

    it('names the file and its id in what it read', async () => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      const read = await open().read('JD')
      expect(read.kind === 'ok' && [read.spec.id, read.spec.source]).to.deep.equal(['JD', join(folder, 'JD.yml')])
    })

    it('refuses both of two files for one range, each naming the other', async () => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await mkdir(join(folder, 'JD'))
      await writeFile(join(folder, 'JD', 'range-config.yml'), RANGE)
      expect(await open().list()).to.deep.equal(['JD'])
      expect(findings(await open().read('JD'))).to.have.members([
        `the range JD has another file: ${join(folder, 'JD.yml')}`,
        `the range JD has another file: ${join(folder, 'JD', 'range-config.yml')}`,
      ])
    })

    it('refuses ids that differ only in case, on both', async () => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await writeFile(join(folder, 'jd.yml'), RANGE)
      expect(findings(await open().read('JD'))).to.deep.equal([
        `another id differs only in case: ${join(folder, 'jd.yml')}`,
      ])
      expect(findings(await open().read('jd'))).to.deep.equal([
        `another id differs only in case: ${join(folder, 'JD.yml')}`,
      ])
    })

    const clashes: readonly (readonly [situation: string, paths: readonly string[], says: string])[] = [
      ['two endings', ['JD.yml', 'JD.yaml'], 'the range JD has another file'],
      ['two endings in a folder', ['JD/range-config.yml', 'JD/range-config.yaml'], 'the range JD has another file'],
      ['both layouts', ['JD.yaml', 'JD/range-config.yaml'], 'the range JD has another file'],
      ['case between both layouts', ['JD.yml', 'jd/range-config.yml'], 'another id differs only in case'],
      ['case of two folders', ['JD/range-config.yml', 'jd/range-config.yml'], 'another id differs only in case'],
      ['case of two endings', ['JD.yml', 'jd.yaml'], 'another id differs only in case'],
    ]
    for (const [situation, paths, says] of clashes)
      it(`refuses both files of one range: ${situation}`, async () => {
        for (const path of paths) {
          await mkdir(dirname(join(folder, path)), { recursive: true })
          await writeFile(join(folder, path), RANGE)
        }
        const reads = await Promise.all((await open().list()).map((id) => open().read(id)))
        const told = reads.flatMap((read) => (read.kind === 'invalid' ? read.diagnostics : []))
        expect(told.map(({ file }) => file)).to.have.members(paths.map((path) => join(folder, path)))
        for (const { file, finding } of told) {
          const other = paths.find((path) => join(folder, path) !== file)
          expect(finding).to.equal(`${says}: ${join(folder, other ?? '')}`)
        }
      })

    it('reports a file whose name is no range id under a name that is safe everywhere', async () => {
      const names = [
        'my range.yml',
        '1st.yml',
        'range-config.yml',
        'evil\n\u001B[31m.yml',
        `${'x'.repeat(200)}.yml`,
        '_.yml',
      ]
      for (const name of names) await writeFile(join(folder, name), RANGE)
      const ids = await open().list()
      expect(ids).to.have.length(names.length)
      for (const id of ids) {
        expect(id).to.match(/^[A-Za-z0-9._%-]{1,64}$/)
        const read = await open().read(id)
        expect(findings(read)[0], id).to.match(/^this name gives no range id/)
        expect(read.kind === 'invalid' && read.diagnostics[0]?.file, id).not.to.match(/\p{Cc}/u)
      }
    })

    it('never waits for a FIFO, and refuses folders, large files and binary files', async () => {
      execFileSync('mkfifo', [join(folder, 'pipe.yml')])
      await mkdir(join(folder, 'dir.yml'))
      await writeFile(join(folder, 'large.yml'), ' '.repeat(1024 * 1024 + 1))
      await writeFile(join(folder, 'binary.yml'), Buffer.from([0x61, 0x00]))
      await writeFile(join(folder, 'latin.yml'), Buffer.from([0xe4, 0xf6]))
      await writeFile(join(folder, 'wide.yml'), Buffer.from('\uFEFFludus: []', 'utf16le'))
      const files = open()
      expect(findings(await files.read('pipe'))).to.deep.equal(['this is not a regular file'])
      expect(findings(await files.read('dir'))).to.deep.equal(['this is not a regular file'])
      expect(findings(await files.read('large'))).to.deep.equal(['the file is larger than 1 MiB'])
      expect(findings(await files.read('binary'))).to.deep.equal(['the file is binary'])
      expect(findings(await files.read('latin'))).to.deep.equal(['the file is not valid UTF-8'])
      expect(findings(await files.read('wide'))).to.deep.equal(['the file is UTF-16'])
    })

    it("never waits for a FIFO or a socket in Ludus' layout either", async () => {
      for (const sub of ['CD', 'EF']) await mkdir(join(folder, sub))
      execFileSync('mkfifo', [join(folder, 'CD', 'range-config.yml')])
      const server = createServer().listen(join(folder, 'EF', 'range-config.yml'))
      await once(server, 'listening')
      try {
        for (const id of ['CD', 'EF'])
          expect(findings(await open().read(id)), id).to.deep.equal(['this is not a regular file'])
      } finally {
        server.close()
      }
    })

    it('follows symbolic links inside the folder, and none out of it', async () => {
      await writeFile(join(top, 'outside.yml'), RANGE)
      await mkdir(join(folder, '..data'))
      await writeFile(join(folder, '..data', 'JD.yml'), RANGE)
      await symlink(join('..data', 'JD.yml'), join(folder, 'JD.yml'))
      await symlink(join('..', 'outside.yml'), join(folder, 'OUT.yml'))
      await symlink('/dev/zero', join(folder, 'ZERO.yml'))
      await symlink('nowhere.yml', join(folder, 'LOST.yml'))
      await symlink('LOOP.yml', join(folder, 'LOOP.yml'))
      await mkdir(join(top, 'EF'))
      await writeFile(join(top, 'EF', 'range-config.yml'), RANGE)
      await symlink(join('..', 'EF'), join(folder, 'EF'))
      const files = open()
      expect((await files.read('JD')).kind).to.equal('ok')
      for (const id of ['OUT', 'ZERO', 'EF'])
        expect(findings(await files.read(id)), id).to.deep.equal([
          'the file is a symbolic link out of the folder of range files',
        ])
      expect(findings(await files.read('LOST'))).to.deep.equal(['the file is a symbolic link to nothing'])
      expect(findings(await files.read('LOOP'))[0]).to.match(/its symbolic links go round in circles/)
    })

    it('says which file it may not read', async () => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await mkdir(join(folder, 'CD'))
      await chmod(join(folder, 'JD.yml'), 0)
      await chmod(join(folder, 'CD'), 0)
      await asNobody(async () => {
        for (const id of ['JD', 'CD'])
          expect(findings(await open().read(id)), id).to.deep.equal(["the file can't be read: permission denied"])
      })
    })

    /** Root may read everything, so it acts as another user for a while. */
    const asNobody = async (act: () => Promise<void>): Promise<void> => {
      if (process.getuid?.() !== 0) return await act()
      await chmod(top, 0o755)
      process.seteuid?.(65_534)
      try {
        await act()
      } finally {
        process.seteuid?.(0)
      }
    }

    it('throws with subject, finding and remedy when the folder is not there', async () => {
      await rm(folder, { recursive: true })
      const error = await open()
        .list()
        .catch((caught: unknown) => caught)
      expect(String(error)).to.equal(
        `UserError: range files: the folder ${folder} can't be read: it does not exist; create it, or set lanista.ranges to another, such as Ludus' own /opt/ludus/ranges`,
      )
    })
  })

  describe('watching', () => {
    let abort: AbortController
    beforeEach(() => {
      abort = new AbortController()
    })
    // Also after a failure: an open watch would keep the test run from ending.
    afterEach(() => abort.abort())

    /** Collects callbacks, and resolves `until` when that id has come since the last call. */
    const watching = async () => {
      let seen: string[] = []
      let wake: () => void = () => undefined
      await open().watch((id) => {
        seen.push(id)
        wake()
      }, abort.signal)
      const until = async (...ids: readonly string[]): Promise<void> => {
        while (!ids.every((id) => seen.includes(id)))
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        seen = []
      }
      return until
    }

    const situation = (
      title: string,
      act: (until: (...ids: readonly string[]) => Promise<void>) => Promise<void>,
    ): void => {
      it(title, async () => {
        await act(await watching())
      })
    }

    situation('notices a file that appears, changes and goes', async (until) => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await writeFile(join(folder, 'JD.yml'), `${RANGE}# more\n`)
      await until('JD')
      await unlink(join(folder, 'JD.yml'))
      await until('JD')
    })

    situation('notices each of several changes close together', async (until) => {
      for (let change = 0; change < 20; change += 1) {
        await writeFile(join(folder, 'JD.yml'), `${RANGE}# ${'x'.repeat(change)}\n`)
        await until('JD')
      }
    })

    situation('notices an atomic rename over a file', async (until) => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await writeFile(join(folder, '.JD.tmp'), RANGE)
      await rename(join(folder, '.JD.tmp'), join(folder, 'JD.yml'))
      await until('JD')
    })

    situation("notices vim's backup, write, delete", async (until) => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await rename(join(folder, 'JD.yml'), join(folder, 'JD.yml~'))
      await writeFile(join(folder, 'JD.yml'), `${RANGE}# edited\n`)
      await unlink(join(folder, 'JD.yml~'))
      await until('JD')
    })

    situation("notices a new subfolder in Ludus' layout, and its removal", async (until) => {
      await mkdir(join(folder, 'CD'))
      await writeFile(join(folder, 'CD', 'range-config.yml'), RANGE)
      await until('CD')
      await writeFile(join(folder, 'CD', 'range-config.yml'), `${RANGE}# edited\n`)
      await until('CD')
      await rm(join(folder, 'CD'), { recursive: true })
      await until('CD')
    })

    situation('notices a swap of ..data, as Kubernetes updates a mounted ConfigMap', async (until) => {
      for (const version of ['..v1', '..v2']) {
        await mkdir(join(folder, version))
        await writeFile(join(folder, version, 'JD.yml'), RANGE)
      }
      await symlink('..v1', join(folder, '..data'))
      await symlink(join('..data', 'JD.yml'), join(folder, 'JD.yml'))
      await until('JD')
      await symlink('..v2', join(folder, '..tmp'))
      await rename(join(folder, '..tmp'), join(folder, '..data'))
      await until('JD')
    })

    situation('notices that the folder is replaced, and watches the new one', async (until) => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await mkdir(join(top, 'next'))
      await writeFile(join(top, 'next', 'JD.yml'), RANGE)
      await writeFile(join(top, 'next', 'AB.yml'), RANGE)
      await rename(folder, join(top, 'old'))
      await rename(join(top, 'next'), folder)
      await until('JD', 'AB')
      await writeFile(join(folder, 'EF.yml'), RANGE)
      await until('EF')
    })

    situation('notices that the folder goes and comes back', async (until) => {
      await rm(folder, { recursive: true })
      await mkdir(folder)
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await writeFile(join(folder, 'AB.yml'), RANGE)
      await until('AB')
    })

    situation('tells both ids when one appears that differs only in case, and when it goes', async (until) => {
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
      await writeFile(join(folder, 'jd.yml'), RANGE)
      await until('JD', 'jd')
      await unlink(join(folder, 'jd.yml'))
      await until('JD', 'jd')
    })

    it('notices a turned symbolic link that the folder is, as git-sync updates its checkout', async () => {
      const link = join(top, 'current')
      for (const version of ['a', 'b']) {
        await mkdir(join(top, version))
        await writeFile(join(top, version, 'JD.yml'), RANGE)
      }
      await symlink('a', link)
      folder = link
      const until = await watching()
      await symlink('b', join(top, 'turned'))
      await rename(join(top, 'turned'), link)
      await until('JD')
      await writeFile(join(top, 'b', 'AB.yml'), RANGE)
      await until('AB')
    })

    it('waits for a folder that does not exist yet', async () => {
      folder = join(top, 'later')
      const until = await watching()
      await mkdir(folder)
      await writeFile(join(folder, 'JD.yml'), RANGE)
      await until('JD')
    })
  })
})
