import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect } from 'chai'
import { systemClock } from '../../../adapters/system-clock.ts'
import { fileChecker } from '../../../adapters/validate/check-files.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { isLong, itLong } from '../../runner/long-runs.ts'

const RANGE = 'ludus: []\n'

const checker = fileChecker(systemClock)

describe('fileChecker', () => {
  let top: string

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-'))
  })
  afterEach(async () => {
    await rm(top, { recursive: true, force: true })
  })

  const lay = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(top, path, '..'), { recursive: true })
      await writeFile(join(top, path), text)
    }
  }

  /** What was found, paths taken from the test's folder: file -> range id and problems. */
  const check = async (...paths: readonly string[]) => {
    const files = await checker.check(paths.map((path) => join(top, path)))
    return files.map(({ path, rangeId, problems }) => [
      relative(top, path),
      rangeId,
      ...problems.map((problem) => diagnosticLine(problem).replaceAll(`${top}/`, '')),
    ])
  }

  it('finds both layouts in a folder, and all their problems', async () => {
    await lay({
      'JD.yml': 'ludus: 1\n',
      'AB/range-config.yml': 'ludus: []\nx: 1\ny: 2\n',
      'CD.yaml': RANGE,
      'notes.txt': 'x',
    })
    expect(await check('.')).to.deep.equal([
      [
        'AB/range-config.yml',
        'AB',
        'AB/range-config.yml:2:1: unknown key x; remove it; allowed are ludus, router, defaults, network, global_role_vars, notify, ludus_extensions',
        'AB/range-config.yml:3:1: unknown key y; remove it; allowed are ludus, router, defaults, network, global_role_vars, notify, ludus_extensions',
      ],
      ['CD.yaml', 'CD'],
      ['JD.yml', 'JD', 'JD.yml:1:8: ludus is 1, must be a list'],
    ])
  })

  it('names the range of a file by its base name, and of range-config.yml by its folder', async () => {
    const named = 'ludus: []\nrouter: { vm_name: "{{ range_id }}-r" }\n'
    await lay({ 'a/JD.yml': named, 'a/AB/range-config.yml': named })
    expect(await check('a/JD.yml', 'a/AB/range-config.yml')).to.deep.equal([
      ['a/JD.yml', 'JD'],
      ['a/AB/range-config.yml', 'AB'],
    ])
  })

  it("takes a range's own folder for that range", async () => {
    await lay({ 'AB/range-config.yml': RANGE })
    expect(await check('AB')).to.deep.equal([['AB/range-config.yml', 'AB']])
  })

  it('checks a file once, whatever paths lead to it', async () => {
    await lay({ 'JD.yml': RANGE })
    expect(await check('JD.yml', '.', '../' + relative(join(top, '..'), join(top, 'JD.yml')))).to.have.length(1)
  })

  it('blames both of two files for one id, and ids that differ only in case', async () => {
    await lay({ 'JD.yml': RANGE, 'JD/range-config.yml': RANGE, 'ab.yml': RANGE, 'AB.yml': RANGE })
    expect(await check('.')).to.deep.equal([
      ['AB.yml', 'AB', 'AB.yml: another id differs only in case: ab.yml; rename one of them'],
      ['JD.yml', 'JD', 'JD.yml: the range JD has another file: JD/range-config.yml; keep one of them'],
      ['JD/range-config.yml', 'JD', 'JD/range-config.yml: the range JD has another file: JD.yml; keep one of them'],
      ['ab.yml', 'ab', 'ab.yml: another id differs only in case: AB.yml; rename one of them'],
    ])
  })

  it('sees the rival of a single file that was not named itself', async () => {
    await lay({ 'JD.yml': RANGE, 'JD/range-config.yml': RANGE })
    expect(await check('JD.yml')).to.deep.equal([
      ['JD.yml', 'JD', 'JD.yml: the range JD has another file: JD/range-config.yml; keep one of them'],
    ])
    expect((await check('JD/range-config.yml')).flat()[2]).to.match(/the range JD has another file: JD.yml/)
  })

  it('lets ranges of one id be in different folders', async () => {
    await lay({ 'a/JD.yml': RANGE, 'b/JD.yml': RANGE })
    expect(await check('a', 'b/JD.yml')).to.deep.equal([
      ['a/JD.yml', 'JD'],
      ['b/JD.yml', 'JD'],
    ])
  })

  it('tells rivalry together with what is wrong inside', async () => {
    await lay({ 'JD.yml': 'ludus: 1\n', 'jd.yml': RANGE })
    expect(await check('JD.yml')).to.deep.equal([
      [
        'JD.yml',
        'JD',
        'JD.yml: another id differs only in case: jd.yml; rename one of them',
        'JD.yml:1:8: ludus is 1, must be a list',
      ],
    ])
  })

  it('refuses names that give no range id, and names of no range file', async () => {
    await lay({ '1a.yml': RANGE, 'README.md': 'x', '.JD.yml': RANGE })
    expect(await check('1a.yml', 'README.md', '.JD.yml')).to.deep.equal([
      [
        '1a.yml',
        undefined,
        '1a.yml: this name gives no range id: a letter, then up to 31 letters, digits, hyphens or underscores; rename it',
      ],
      ['README.md', undefined, 'README.md: this is not the name of a range file; name it <range id>.yml'],
      ['.JD.yml', undefined, '.JD.yml: this is not the name of a range file; name it <range id>.yml'],
    ])
  })

  it("refuses ids that are no range's, as a run does", async () => {
    await lay({ 'Shared.yml': RANGE, 'CICD/range-config.yml': RANGE })
    const [inFolder, alone] = [await check('.'), await check('Shared.yml')]
    for (const told of [...inFolder, ...alone]) expect(told[2]).to.match(/: the range id (Shared|CICD) is reserved/)
    expect([inFolder.length, alone.length]).to.deep.equal([2, 1])
  })

  it('says so when nothing is at a path, and goes on with the others', async () => {
    await lay({ 'JD.yml': RANGE })
    await symlink(join(top, 'nowhere'), join(top, 'XY.yml'))
    const [none, link, good] = await check('none.yml', 'XY.yml', 'JD.yml')
    expect(none?.[2]).to.match(/^none.yml: nothing can be read there: .*; correct the path$/)
    expect(link?.[2]).to.equal('XY.yml: the file is a symbolic link to nothing; correct it')
    expect(good).to.deep.equal(['JD.yml', 'JD'])
  })

  itLong('checks many files in threads, in the same order and with the same findings as a few', async () => {
    const name = (index: number): string => `r${String(index).padStart(3, '0')}.yml`
    const text = (index: number): string => (index % 7 === 0 ? `ludus: ${index}\n` : RANGE)
    // More than are parsed without threads.
    const parts = Array.from({ length: isLong ? 6 : 2 }, (_, part) => part)
    await lay(Object.fromEntries(Array.from({ length: parts.length * 40 }, (_, index) => [name(index), text(index)])))
    const few = (
      await Promise.all(
        parts.map((part) => check(...Array.from({ length: 40 }, (_, index) => name(part * 40 + index)))),
      )
    ).flat()
    expect(few[7]?.[2]).to.equal('r007.yml:1:8: ludus is 7, must be a list')
    expect(await check('.')).to.deep.equal(few)
  })

  it('places further findings: at the value, and at the nearest place for what the file leaves out', async () => {
    await lay({ 'JD.yml': 'ludus: []\ndefaults:\n  target_node: pve9\n' })
    const [file] = await checker.check([join(top, 'JD.yml')])
    if (file === undefined) throw new Error('no file')
    const about = (severity: 'problem' | 'warning', ...path: readonly string[]) =>
      ({ severity, path, finding: path.join('.'), remedy: '' }) as const
    const placed = await checker.locate(file, [
      about('problem', 'defaults', 'target_node'),
      about('warning', 'router', 'template'),
    ])
    expect(placed.problems).to.deep.equal([
      {
        file: join(top, 'JD.yml'),
        line: 3,
        column: 16,
        finding: 'defaults.target_node',
        remedy: '',
        excerpt: { text: '  target_node: pve9', caret: 15 },
      },
    ])
    expect(placed.warnings.map(({ line, column }) => [line, column])).to.deep.equal([[1, 1]])
    await rm(join(top, 'JD.yml'))
    expect((await checker.locate(file, [about('problem', 'ludus')])).problems[0]?.line).to.equal(undefined)
  })

  it('finds nothing in an empty folder', async () => {
    expect(await check('.')).to.deep.equal([])
  })
})
