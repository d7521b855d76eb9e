import { expect } from 'chai'
import * as fc from 'fast-check'
import { LineCounter } from 'yaml'
import { excerptAt } from '../../../adapters/yaml-file/excerpt.ts'

const excerptOf = (text: string, line: number, column: number) => {
  const lines = new LineCounter()
  text.split('\n').reduce((start, each) => {
    lines.addNewLine(start)
    return start + each.length + 1
  }, 0)
  return excerptAt(text, lines, line, column)
}

/** The excerpt with `»` before the character meant. */
const marked = (text: string, line: number, column: number): string => {
  const { text: shown, caret } = excerptOf(text, line, column)
  const characters = Array.from(shown)
  return `${characters.slice(0, caret).join('')}»${characters.slice(caret).join('')}`
}

describe('excerptAt', () => {
  it('shows the line without its end, the column marked', () => {
    expect(marked('a: 1\r\nbc: 2\r\n', 2, 5)).to.equal('bc: »2')
    expect(marked('a: 1\n', 1, 5)).to.equal('a: 1»')
    expect(marked('', 1, 1)).to.equal('»')
  })

  it('escapes what a terminal would act on, and keeps the mark on its character', () => {
    expect(marked('\ta: \u001B[31m1', 1, 2)).to.equal('\\t»a: \\u{1b}[31m1')
    expect(marked('💥é: x', 1, 6)).to.equal('💥é: »x')
  })

  it('cuts a long line around the column', () => {
    const line = `${'a'.repeat(200)}X${'b'.repeat(200)}`
    expect(marked(line, 1, 201)).to.equal(`…${'a'.repeat(60)}»X${'b'.repeat(39)}…`)
    expect(marked(line, 1, 1)).to.match(/^»a{100}…$/)
    expect(marked(line, 1, 401)).to.match(/^…b{99}»b$/)
  })

  const secrets: readonly (readonly [string, string, number, number, string])[] = [
    ['on its own line', 'ad_domain_user_password: hunter2\n', 1, 26, 'ad_domain_user_password: »***'],
    ['in braces, and what follows it', '{ a: 1, "api_token": hunter2, b: 2 }', 1, 22, '{ a: 1, "api_token": »***'],
    ['with the column before it', '{ a: 1, secret: hunter2 }', 1, 3, '{ »a: 1, secret: ***'],
    ['as a list below its key', 'urls:\n  - discord://hunter2\n', 2, 5, '  »***'],
    ['as a list in the column of its key', 'urls:\n- discord://hunter2\n', 2, 3, '»***'],
    ['as a block of text', 'wireguard_config: |\n  [Interface]\n\n  Key = hunter2\n', 4, 3, '  »***'],
    ['in a map below', 'secrets:\n  a:\n    b: hunter2\n', 3, 8, '    »***'],
  ]
  for (const [where, text, line, column, shown] of secrets)
    it(`masks the value of a secret key ${where}`, () => expect(marked(text, line, column)).to.equal(shown))

  it('shows what only follows a secret', () => {
    expect(marked('password: x\nname: dc\n', 2, 7)).to.equal('name: »dc')
    expect(marked('a:\n  - password: x\n  - name: dc\n', 3, 11)).to.equal('  - name: »dc')
  })

  it('masks what is too far right to be looked at', () => {
    expect(marked(`${' '.repeat(1200)}token: hunter2`, 1, 1)).not.to.contain('hunter2')
    expect(marked(`${' '.repeat(1200)}token: hunter2`, 1, 1210)).not.to.contain('hunter2')
  })

  it('is short, on one line and printable whatever the text is', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      ':',
      '- ',
      'token: ',
      '💥',
      '\u001B',
      '\uD800',
      '"',
      'ü'.repeat(90),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(), fc.nat(), (parts, row, offset) => {
        const rows = parts.join('').split('\n')
        const line = row % rows.length
        const { text, caret } = excerptOf(parts.join(''), line + 1, (offset % ((rows[line] ?? '').length + 1)) + 1)
        expect(text).not.to.match(/[\p{Cc}\p{Cs}]/u)
        expect(caret).to.be.within(0, Array.from(text).length)
      }),
    )
  })
})
