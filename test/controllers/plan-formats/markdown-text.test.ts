import { expect } from 'chai'
import fc from 'fast-check'
import { markdownCode, markdownText } from '../../../controllers/plan-formats/markdown-text.ts'
import { runs } from '../../runner/long-runs.ts'

/** What people write to be more than text. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '@',
        '#',
        '!',
        '~',
        '`',
        '``',
        '|',
        '\\',
        '<!--',
        '-->',
        '<b>',
        '&lt;',
        '](',
        '[x]',
        'https://',
        'www.',
        '::',
        '##[',
        '\n',
        '\r',
        '*',
        '_',
        '$',
        '%',
        '^',
        'GH-',
        '/close',
        ' ',
        'a',
        '1',
      ),
      fc.string({ maxLength: 3, unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('text of authors in Markdown', () => {
  it('is text alone: what would be more is a reference to the character, with nothing that forges look for behind it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = markdownText(text)
        expect(shown).to.match(/^(?:[^\\`*_{}[\]<>#!|~$^@%&\p{Cc}]|&#\d+;)*$/u)
        // As a renderer gives it on to what looks for mentions and addresses.
        const rendered = shown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
        expect(rendered).not.to.match(/[@#!~%$&^*[](?!\u200B)|:\/\/|www\.|gh-\d|::/i)
      }),
      { numRuns: runs(5000) },
    )
  })

  it('is one span of code where it is a name, which ends no cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(markdownCode(text)).to.match(/^`[^`\n]+`$/)
        const cells = markdownCode(text, 'table').replaceAll(/\\./gs, '')
        expect(cells).not.to.include('|')
      }),
      { numRuns: runs(5000) },
    )
  })

  it('stays readable', () => {
    expect(markdownText('vm JD-DC01: no node fits 16 GiB; free memory or set target_node (10%)')).to.equal(
      'vm JD-DC01: no node fits 16 GiB; free memory or set target&#95;node (10&#37;&#8203;)',
    )
  })
})
