import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { backtracking, ENDLESS } from '../builders/backtracking.ts'
import { isLong, itLong } from '../runner/long-runs.ts'

/** Where text of strangers meets patterns: range files, and whatever names and values come from them. */
const FOLDERS = ['model', 'adapters/range-file', 'adapters/range-files'] as const

const LITERAL =
  /(?<=[=(,!:?[\s])\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*)\/([dgimsuvy]*)(?=[.,;)\s])/g

/** Every pattern in the sources of those folders, with the file it is in. */
const patterns = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(folder, name)
      const code = readFileSync(file, 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
      return [...code.matchAll(LITERAL)].map(([, source = '', flags]) => ({ file, pattern: new RegExp(source, flags) }))
    }),
)

/** So many letters are tried at most, each alone and with each other. */
const LETTERS = isLong ? 14 : 6

/** Texts that a pattern may run over for long: something it likes, over and over, and then something it doesn't. */
function temptations({ source }: RegExp, repeats: number): readonly string[] {
  const letters = [
    ...new Set(['a', '1', ' ', ...Array.from(source.replaceAll(/\\[a-zA-Z]|[()[\]|*+?^$\\]/g, ''))]),
  ].slice(0, LETTERS)
  const units = letters.flatMap((a) => [a, ...letters.filter((b) => b !== a).map((b) => a + b)])
  const starts = ['', ...letters, source.startsWith('\\{') ? '{{' : '1,']
  return units.flatMap((unit) => starts.map((start) => `${start}${unit.repeat(repeats)}\0`))
}

/** How much more work the worst text is when it is twice as long: 2 for a linear pattern, 4 for a quadratic one. */
function growth(pattern: RegExp): number {
  const match = backtracking(pattern)
  const [short, long] = [temptations(pattern, 60), temptations(pattern, 120)]
  const ratios = short.map((text, index) => {
    const { steps } = match(long[index] ?? '')
    return steps > ENDLESS ? Infinity : steps / match(text).steps
  })
  return Math.max(...ratios)
}

describe('patterns that meet text of strangers', () => {
  it('are all found', () => {
    const sources = patterns.map(({ pattern }) => pattern.source)
    expect(sources.length).to.be.greaterThan(14)
    for (const start of [
      '^(?:[A-Za-z0-9](?:',
      '^((([0-9]{1,5}|',
      '\\{\\{([^{}]*)',
      '^[A-Za-z][A-Za-z0-9_-]{0,31}$',
      '[\\p{Cc}',
    ])
      expect(
        sources.some((source) => source.startsWith(start)),
        start,
      ).to.equal(true)
  })

  for (const { file, pattern } of patterns)
    it(`take time in proportion to the text: ${file} ${pattern.source}`, () => {
      expect(growth(pattern)).to.be.lessThan(2.6)
    })

  it('are counted as the engine matches', () => {
    for (const { pattern } of patterns) {
      const match = backtracking(pattern)
      const real = new RegExp(pattern.source, pattern.flags.replaceAll('g', ''))
      for (const text of [
        ...temptations(pattern, 3),
        'a.b-c',
        '1-2',
        '80, 443',
        '1.2.3.4/24',
        '{{ x }}',
        'lanista range JD',
      ])
        for (const each of [text, text.slice(0, -1)])
          expect(match(each).matched, `${pattern.source} on ${JSON.stringify(each)}`).to.equal(real.test(each))
    }
  })

  itLong('would be found out if they were not linear', () => {
    for (const bad of [/^(?:a+)+$/, /^(?:a|a1?)+$/, /^\s*\s*x$/, /,\s*1\s*x|a+1/])
      expect(growth(bad), bad.source).to.be.greaterThan(2.6)
    expect(backtracking(/^(?:a+)+$/)(`${'a'.repeat(60)}\0`).steps).to.be.greaterThan(ENDLESS)
  })
})
