import { expect } from 'chai'
import * as fc from 'fast-check'
import { printable } from '../../model/printable.ts'

/** Control characters are among the first; the longer list of fast-check takes a second to make. */
const character = fc
  .oneof(...[0xff, 0xffff, 0x10_ffff].map((most) => fc.nat(most)))
  .map((code) => String.fromCodePoint(code))

describe('printable', () => {
  it('escapes what a terminal acts on, and leaves everything else', () => {
    expect(printable('a\nb\r\t\u001B[31mred\u0007')).to.equal('a\\nb\\r\\t\\u{1b}[31mred\\u{7}')
    expect(printable('\u202Egnp.exe\u200B\u2028')).to.equal('\\u{202e}gnp.exe\\u{200b}\\u{2028}')
    expect(printable('Grüße 💥 "quoted"')).to.equal('Grüße 💥 "quoted"')
  })

  it('cuts long text, never through a character', () => {
    expect(printable('x'.repeat(121))).to.equal(`${'x'.repeat(120)}…`)
    expect(printable('💥💥💥', 2)).to.equal('💥💥…')
    expect(printable('x'.repeat(120))).to.equal('x'.repeat(120))
  })

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(printable(text))),
    )
  })
})
