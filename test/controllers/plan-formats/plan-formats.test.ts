import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { planGithub } from '../../../controllers/plan-formats/plan-github.ts'
import { MARKER, planMarkdown } from '../../../controllers/plan-formats/plan-markdown.ts'
import { asJson } from '../../../controllers/terminal/safe-json.ts'
import { noCommand } from '../../../controllers/terminal/workflow-command.ts'
import { failedDocument } from '../../../model/plan/document-of.ts'
import { planDocument } from '../../builders/plan-document.ts'
import type { DocumentRange, PlanDocument } from '../../../model/plan/plan-document.ts'

const EVIL = '\n::set-output name=a::b\r::stop-commands::x ##[error]y @all <!-- | `%0A:,'
const NOTHING: PlanDocument = {
  ...failedDocument(''),
  result: 'changes',
  counts: { ranges: 1, changes: 2, inTheWay: 0 },
  inTheWay: [],
}
const rangeOf = (range: string, traits: Partial<DocumentRange> = {}): DocumentRange => ({
  range,
  number: 1,
  file: `ranges/${range}.yml`,
  changes: [{ sign: '~', what: `vm ${range}-DC01 started`, why: 'the range file wants it running' }],
  created: [],
  inTheWay: [],
  waits: [],
  unnamed: [],
  notes: [],
  ...traits,
})
const EVERYWHERE: PlanDocument = {
  ...NOTHING,
  commit: {
    id: 'a'.repeat(40),
    author: EVIL,
    subject: EVIL,
    comparedWith: { id: 'b'.repeat(40), subject: EVIL, inForce: true },
    standing: 'behind',
    bothChanged: [EVIL],
    refused: { reason: 'NotTrusted', message: EVIL, approvable: false },
  },
  approvals: [{ of: 'commit', range: null, why: EVIL }],
  removed: [
    {
      range: EVIL,
      vms: [{ name: EVIL, vmid: 1, node: EVIL }],
      networks: [EVIL],
      pool: true,
      fate: 'stays',
      why: EVIL,
      inTheWay: [EVIL],
    },
  ],
  ranges: [
    rangeOf(EVIL, {
      file: EVIL,
      changes: [{ sign: '+', what: EVIL, why: EVIL }],
      created: [
        {
          vm: EVIL,
          vmid: 1,
          node: EVIL,
          template: EVIL,
          memoryBytes: 1,
          cores: 1,
          starts: true,
          why: EVIL,
          fits: true,
          leftOnNodeBytes: 1,
        },
      ],
      inTheWay: [EVIL],
      waits: [EVIL],
      unnamed: [EVIL],
      notes: [EVIL],
    }),
  ],
  unchanged: [EVIL],
  networks: [{ sign: '-', what: EVIL, why: EVIL }],
  nodes: [{ node: EVIL, memoryBytes: 1, freeMemoryBytes: 1 }],
  inTheWay: [EVIL],
  problems: [{ file: EVIL, line: 1, column: 2, finding: EVIL, remedy: EVIL }],
  warnings: [{ file: EVIL, line: null, column: null, finding: EVIL, remedy: EVIL }],
  remarks: [EVIL],
}

describe('the document of a plan', () => {
  it('has the fields that its page names', () => {
    const page = readFileSync('docs/reference/plan.md', 'utf8')
    const fields = Object.keys(planDocument.shape)
    expect(Object.keys(failedDocument('no'))).to.have.members(fields)
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).to.deep.equal([])
    expect(planDocument.safeParse(EVERYWHERE).error?.issues ?? []).to.deep.equal([])
  })
})

describe('planMarkdown', () => {
  it('begins with what a bot finds its comment by, which nobody else can write', () => {
    const text = planMarkdown(EVERYWHERE)
    expect(text.startsWith(`${MARKER}\n### Lanista plan: 1 range, 2 changes\n`)).to.equal(true)
    expect(text.split('<')).to.have.length(2)
  })

  it('lets no text of an author be more than text, wherever it stands', () => {
    expect(planMarkdown(EVERYWHERE)).not.to.include('##[')
    expect(asJson(EVERYWHERE)).not.to.include('##[')
    expect(JSON.parse(asJson(EVERYWHERE))).to.deep.equal(EVERYWHERE)
    const outside = planMarkdown(EVERYWHERE).replaceAll(/`[^`\n]*`/g, 'CODE')
    expect(outside.replace(MARKER, '')).not.to.match(/[@<]|##\[|set-output name=a::|`/)
    for (const line of outside.split('\n')) expect(line).to.match(/^(?:|<!-- lanista plan -->|[#|*+-].*|[A-Z].*)$/)
    const [head, ...rows] = outside.split('\n').filter((line) => line.startsWith('|'))
    for (const row of rows) expect(row.split('|')).to.have.length(head?.split('|').length ?? 0)
  })

  it('leaves out whole ranges that find no room, and counts them', () => {
    const ranges = Array.from({ length: 40 }, (_, index) => rangeOf(`R${String(index).padStart(2, '0')}`))
    const plan = { ...NOTHING, ranges, networks: [{ sign: '+', what: 'vnet r1', why: 'x' }] as const }
    const text = planMarkdown(plan, 2000)
    expect(text.length).to.be.at.most(2000)
    const shown = text.match(/^#### Range/gm)?.length ?? 0
    expect(text).to.include(`Left out, as a comment can't be longer: ${40 - shown} ranges and 1 line after them.`)
    expect(text.match(/^- ~ vm/gm)).to.have.length(shown)
    expect(planMarkdown(plan)).not.to.include('Left out')
  })

  it('is no longer than a comment may be, however many files both sides have changed, and whatever is in it', () => {
    const paths = Array.from({ length: 3000 }, (_, index) => `ranges/${'\u00e4'.repeat(200)}${index}.yml`)
    const [commit] = [EVERYWHERE.commit]
    if (commit === null || commit === undefined) throw new Error('no commit')
    const text = planMarkdown({ ...EVERYWHERE, commit: { ...commit, bothChanged: paths } })
    expect(text.length).to.be.at.most(64_000)
    expect(text)
      .to.include('`ranges/')
      .and.to.match(/Left out, as a comment can't be longer: /)
    const long = EVIL.repeat(10_000)
    const all = { ...EVERYWHERE, inTheWay: Array.from({ length: 300 }, () => long), remarks: [long] }
    expect(planMarkdown(all).length).to.be.at.most(64_000)
  })

  it('says so in the same form where there is no plan', () => {
    expect(planMarkdown(failedDocument('the branch: no; push it'))).to.equal(
      `${MARKER}\n### Lanista plan: it could not be made\n\n#### In the way\n\n- the branch: no; push it\n`,
    )
  })
})

describe('planGithub', () => {
  it('has a way to say foreign text outside of commands', () => {
    expect(noCommand('::error::a ##[error]b')).to.equal(': :error: :a ## [error]b')
  })

  it('is commands that annotate, a line each, and a count; no file can say another', () => {
    const lines = planGithub(EVERYWHERE)
    expect(lines.at(-1)).to.equal('lanista plan: 1 range, 2 changes, 0 in the way')
    for (const line of lines.slice(0, -1)) {
      expect(line).to.match(
        /^::(?:error|warning)(?: (?:file|line|col|title)=[^,:\r\n]*(?:,(?:file|line|col|title)=[^,:\r\n]*)*)?::[^\r\n]*$/,
      )
      expect(line.slice(2).split('::set-output')[0]).to.match(/^(?:error|warning)/)
    }
    expect(lines[0]).to.match(/^::error file=\\n%3A%3Aset-output .*,line=1,col=2::/)
  })
})
