import { expect } from 'chai'
import { notesOf } from '../../../model/vm-notes.ts'
import { type Marks, marksOf } from '../../../reconcilers/vm/marks.ts'
import { vm } from '../../builders/range.ts'

const VMID = 1_010_011
const BOTH = ['jd', 'lanista']
const made = (range: string, vmid: number, configured = true): string =>
  notesOf(vm('JD-a', { os: 'linux' }), { range, vmid, configured })

type Row = readonly [situation: string, tags: readonly string[], notes: string | undefined, marks: Marks]

const rows: readonly Row[] = [
  ['both tags and its own notes', BOTH, made('JD', VMID), 'configured'],
  ['both tags and no notes', BOTH, undefined, 'configured'],
  ['further tags beside them', [...BOTH, 'ann'], made('JD', VMID), 'configured'],
  ['notes that say that it was never configured', BOTH, made('JD', VMID, false), 'unconfigured'],
  ["another VM's notes", BOTH, made('JD', VMID + 1), 'foreign'],
  ["another VM's notes, never configured", BOTH, made('JD', VMID + 1, false), 'foreign'],
  ["another range's notes", BOTH, made('KL', VMID), 'foreign'],
  ["another range's notes, never configured", BOTH, made('KL', VMID, false), 'foreign'],
  ['notes of the id in another case', BOTH, made('jd', VMID), 'foreign'],
  ['the tag of the range alone', ['jd'], undefined, 'foreign'],
  ['the tag of the range alone, and its own notes', ['jd'], made('JD', VMID), 'foreign'],
  ["Lanista's tag alone", ['lanista'], undefined, 'foreign'],
  ["Lanista's tag and another range's", ['kl', 'lanista'], undefined, 'foreign'],
  ['tags that only begin alike', ['jd2', 'lanista2'], undefined, 'foreign'],
  ['no tags, and its own notes', [], made('JD', VMID), 'foreign'],
  ['nothing', [], undefined, 'foreign'],
]

describe('what a VM is by its marks, with', () => {
  for (const [situation, tags, notes, marks] of rows) {
    const seen = { vmid: VMID, tags, config: notes === undefined ? {} : { description: notes } }
    it(`${situation}: ${marks}`, () => expect(marksOf(seen, 'JD', false)).to.equal(marks))
    it(`${situation}, under the VMID of its address: ${marks === 'foreign' ? 'unconfigured' : marks}`, () =>
      expect(marksOf(seen, 'JD', true)).to.equal(marks === 'foreign' ? 'unconfigured' : marks))
  }
})
