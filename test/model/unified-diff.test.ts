import { expect } from 'chai'
import { unifiedDiff } from '../../model/unified-diff.ts'

/** Each character as a line. */
const text = (lines: string): string => lines.replaceAll(/./g, '$&\n')

describe('unifiedDiff', () => {
  const rows: readonly (readonly [situation: string, before: string, after: string, hunks: readonly string[]])[] = [
    [
      'shows an added line with three lines around it',
      text('abcdef'),
      text('abcXdef'),
      ['@@ -1,6 +1,7 @@', ' a', ' b', ' c', '+X', ' d', ' e', ' f'],
    ],
    ['shows a removed and a changed line', text('abc'), text('Xc'), ['@@ -1,3 +1,2 @@', '-a', '-b', '+X', ' c']],
    [
      'leaves out what lies far between',
      text('abcdefghijk'),
      text('XbcdefghijY'),
      ['@@ -1,4 +1,4 @@', '-a', '+X', ' b', ' c', ' d', '@@ -8,4 +8,4 @@', ' h', ' i', ' j', '-k', '+Y'],
    ],
    [
      'joins hunks whose context touches',
      text('abcdefg'),
      text('abXdefY'),
      ['@@ -1,7 +1,7 @@', ' a', ' b', '-c', '+X', ' d', ' e', ' f', '-g', '+Y'],
    ],
    ['calls one line by its number', text('a'), text('aXY'), ['@@ -1 +1,3 @@', ' a', '+X', '+Y']],
    ['says what added lines come after where there was none', '', text('XY'), ['@@ -0,0 +1,2 @@', '+X', '+Y']],
  ]
  for (const [situation, before, after, hunks] of rows) {
    it(situation, () => {
      expect(unifiedDiff(before, after, 'file')).to.equal(['--- file', '+++ file.new', ...hunks, ''].join('\n'))
    })
  }

  it('is empty for equal texts', () => expect(unifiedDiff('a\n', 'a\n', 'file')).to.equal(''))
})
