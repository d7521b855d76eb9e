import { mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseRange, type RangeText } from '../../../adapters/parse-range.ts'
import { KeptReads } from '../../../adapters/range-files/kept-reads.ts'
import { folderSource } from '../../../adapters/range-files/folder-source.ts'
import { watchRangeFiles } from '../../../adapters/range-files/range-files.ts'
import type { ReadUnlessSeen } from '../../../adapters/range-files/read-safely.ts'
import type { ParseFailure, ParseOutcome } from '../../../adapters/range-parser/parse-outcome.ts'
import type { RangeParser } from '../../../adapters/range-parser/range-parser.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import { quiet } from '../../builders/quiet.ts'

const range = (vlan: number): string =>
  `ludus:\n  - { vm_name: a, hostname: a, template: t, vlan: ${vlan}, ip_last_octet: 1, ram_gb: 1, cpus: 1, linux: true }\n`

/** In whole seconds, which any file system can keep. */
const date = new Date('2026-01-01T00:00:00Z')

const vlanOf = (read: RangeFileRead): unknown =>
  read.kind === 'ok'
    ? read.spec.vms[0]?.address.vlan
    : read.kind !== 'invalid'
      ? read.kind
      : read.diagnostics.map(diagnosticLine)

/** Counts the texts that were parsed. */
class Parser implements RangeParser {
  readonly parsed: string[] = []
  /** What it says instead of parsing. */
  failure: ParseFailure | undefined
  ended = 0
  async parse(range: RangeText): Promise<ParseOutcome> {
    this.parsed.push(range.rangeId)
    return await Promise.resolve(this.failure ?? parseRange(range))
  }
  async end(): Promise<void> {
    this.ended += 1
    return await Promise.resolve()
  }
}

describe('reads of range files', () => {
  let top: string
  let folder: string
  let now: number
  let parser: Parser

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-kept-'))
    folder = join(top, 'ranges')
    await mkdir(folder)
    now = 0
    parser = new Parser()
  })
  afterEach(() => rm(top, { recursive: true, force: true }))

  const open = () => watchRangeFiles({ source: folderSource(folder, quiet), clock: { steady: () => now }, parser })

  /** The VLANs of all ranges, as a resync reads them. */
  const resync = async (files: ReturnType<typeof open>) => {
    now += 60_000
    const ids = await files.list()
    return await Promise.all(ids.map(async (id) => vlanOf(await files.read(id))))
  }

  const file = (name: string): string => join(folder, name)

  it('parse each file once, however often all are looked at', async () => {
    for (const [index, id] of ['AB', 'CD', 'EF'].entries()) await writeFile(file(`${id}.yml`), range(10 + index))
    const files = open()
    for (let time = 0; time < 5; time += 1) expect(await resync(files)).to.deep.equal([10, 11, 12])
    expect(parser.parsed.sort()).to.deep.equal(['AB', 'CD', 'EF'])
  })

  it('parse a broken file once as well, and say each time what is wrong with it', async () => {
    await writeFile(file('JD.yml'), 'ludus: 1\n')
    const files = open()
    for (let time = 0; time < 3; time += 1)
      expect(await resync(files)).to.deep.equal([[`${file('JD.yml')}:1:8: ludus is 1, must be a list`]])
    expect(parser.parsed).to.have.length(1)
  })

  it('parse a file once for all who ask at the same time', async () => {
    await writeFile(file('JD.yml'), range(10))
    const files = open()
    await Promise.all([1, 2, 3, 4].map(() => files.read('JD')))
    expect(parser.parsed).to.have.length(1)
  })

  it('notice one byte that changes while the size stays, also when the date of the change is put back', async () => {
    const write = async (vlan: number): Promise<void> => {
      await writeFile(file('JD.yml'), range(vlan))
      await utimes(file('JD.yml'), date, date)
    }
    await write(10)
    const files = open()
    await resync(files)
    await resync(files)
    await write(11)
    expect(await resync(files)).to.deep.equal([11])
    expect(parser.parsed).to.have.length(2)
  })

  it('notice a file that another one of the same size and date replaces by rename', async () => {
    await writeFile(file('JD.yml'), range(10))
    await utimes(file('JD.yml'), date, date)
    const files = open()
    await resync(files)
    await resync(files)
    await writeFile(file('.next'), range(11))
    await utimes(file('.next'), date, date)
    await rename(file('.next'), file('JD.yml'))
    expect(await resync(files)).to.deep.equal([11])
  })

  it('do not parse what is touched, or saved again as it was', async () => {
    await writeFile(file('JD.yml'), range(10))
    const files = open()
    await resync(files)
    await utimes(file('JD.yml'), new Date(), new Date())
    expect(await resync(files)).to.deep.equal([10])
    await unlink(file('JD.yml'))
    await writeFile(file('JD.yml'), range(10))
    expect(await resync(files)).to.deep.equal([10])
    expect(parser.parsed).to.have.length(1)
  })

  it('notice that Kubernetes turns its ..data to another folder, and back', async () => {
    for (const [version, vlan] of [
      ['..v1', 10],
      ['..v2', 11],
    ] as const) {
      await mkdir(file(version))
      await writeFile(join(file(version), 'JD.yml'), range(vlan))
    }
    await symlink('..v1', file('..data'))
    await symlink(join('..data', 'JD.yml'), file('JD.yml'))
    const files = open()
    for (const [version, vlan] of [
      ['..v1', 10],
      ['..v2', 11],
      ['..v1', 10],
    ] as const) {
      await symlink(version, file('..tmp'))
      await rename(file('..tmp'), file('..data'))
      for (let time = 0; time < 3; time += 1) expect(await resync(files)).to.deep.equal([vlan])
    }
    expect(parser.parsed).to.have.length(3)
  })

  it('name the file as it is called now', async () => {
    await writeFile(file('JD.yml'), 'ludus: 1\n')
    const files = open()
    await resync(files)
    await resync(files)
    await rename(file('JD.yml'), file('JD.yaml'))
    expect(await resync(files)).to.deep.equal([[`${file('JD.yaml')}:1:8: ludus is 1, must be a list`]])
  })

  it('find what is wrong with the file itself each time, whatever it holds', async () => {
    await writeFile(file('JD.yml'), range(10))
    const files = open()
    await resync(files)
    await resync(files)
    await rename(file('JD.yml'), join(top, 'outside.yml'))
    await symlink(join('..', 'outside.yml'), file('JD.yml'))
    expect(await resync(files)).to.deep.equal([
      [`${file('JD.yml')}: the file is a symbolic link out of the folder of range files; put the file itself there`],
    ])
    await unlink(file('JD.yml'))
    await rename(join(top, 'outside.yml'), file('JD.yml'))
    await writeFile(file('jd.yml'), range(10))
    expect((await resync(files)).flat().join()).to.match(/another id differs only in case/)
    await unlink(file('jd.yml'))
    expect(await resync(files)).to.deep.equal([10])
  })

  it('keep that a file could not be parsed while it is as it was, and try again when it is saved again', async () => {
    await writeFile(file('JD.yml'), range(10))
    const files = open()
    parser.failure = { kind: 'failed', finding: 'parsing it took longer than 30 s', remedy: 'save it again' }
    for (let time = 0; time < 4; time += 1)
      expect(await resync(files)).to.deep.equal([
        [`${file('JD.yml')}: parsing it took longer than 30 s; save it again`],
      ])
    expect(parser.parsed).to.have.length(1)
    parser.failure = undefined
    await writeFile(file('JD.yml'), range(10))
    expect(await resync(files)).to.deep.equal([10])
  })

  it('let go of the parser when the watch ends', async () => {
    const stop = new AbortController()
    await open().watch(() => undefined, stop.signal)
    expect(parser.ended).to.equal(0)
    stop.abort()
    expect(parser.ended).to.equal(1)
  })

  it('forget a file that is gone', async () => {
    await writeFile(file('JD.yml'), range(10))
    const files = open()
    await resync(files)
    await unlink(file('JD.yml'))
    expect(await resync(files)).to.deep.equal([])
    await writeFile(file('JD.yml'), range(10))
    await resync(files)
    expect(parser.parsed).to.have.length(2)
  })

  describe('of a file system whose clock ticks slowly', () => {
    let text: string
    let reads: number
    /** The file looks the same whatever is written into it. */
    const readText = async (_path: string, seen: string | undefined): Promise<ReadUnlessSeen> => {
      if (seen === 'same look') return await Promise.resolve({ kind: 'unchanged' })
      reads += 1
      return await Promise.resolve({ kind: 'text', text, look: 'same look' })
    }
    const jd = { id: 'JD', path: '/JD.yml', misnamed: false }
    let kept: KeptReads
    const readAt = async (moment: number): Promise<unknown> => {
      now = moment
      return vlanOf(await kept.read(jd, readText))
    }

    beforeEach(() => {
      text = range(10)
      reads = 0
      kept = new KeptReads({ clock: { steady: () => now }, parser })
    })

    it('notice what was written within the same tick', async () => {
      expect(await readAt(0)).to.equal(10)
      text = range(11)
      expect(await readAt(1999)).to.equal(11)
      text = range(12)
      expect(await readAt(2500)).to.equal(12)
    })

    it('stop reading only when no further write can have been in that tick, and parse once', async () => {
      for (const moment of [0, 500, 1999]) await readAt(moment)
      expect(reads).to.equal(3)
      for (const moment of [2000, 2001, 60_000, 600_000]) await readAt(moment)
      expect(reads).to.equal(4)
      expect(parser.parsed).to.have.length(1)
    })
  })
})
