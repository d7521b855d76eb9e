import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { viewDocuments, viewLists } from '../../../model/api/view-documents.ts'
import type { ViewKind } from '../../../model/api/lanista-api.ts'
import { KIND_WORDS, KINDS } from '../../../controllers/seeing/kinds.ts'
import { LABELS } from '../../../controllers/seeing/labels.ts'
import { OUTPUTS } from '../../../controllers/seeing/outputs.ts'
import { widthOf } from '../../../controllers/terminal/text-width.ts'
import type { Connected } from '../../../controllers/commands/composition.ts'
import type { GuestTask, GuestTasks } from '../../../model/guest-tasks.ts'
import type { RangeFiles } from '../../../model/ports.ts'
import { range, vm } from '../../builders/range.ts'
import { LOG_LINES, VIEWS_NOW } from '../../builders/views.ts'
import { FakeLanistaApi } from '../../builders/fake-lanista-api.ts'
import { expectGolden } from '../../builders/golden.ts'
import { startWith } from '../../builders/seeing.ts'

/** What a terminal acts on, but for the line feeds and colours that are ours. */
// oxlint-disable-next-line no-control-regex
const ACTING = /(?!\u001B\[[0-9;]*m)[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u

const api = new FakeLanistaApi()
api.lines = LOG_LINES

const files: Pick<RangeFiles, 'read'> = {
  read: (id) =>
    Promise.resolve(
      id === 'PX'
        ? { kind: 'invalid', diagnostics: [] }
        : { kind: 'ok', spec: range(id, { vms: [vm('DC01', { targetNode: 'pve1' })] }), warnings: [] },
    ),
}
const guestTasks: GuestTasks = {
  of: (node, vmid) => Promise.resolve([taskOn(node, String(vmid), 'qmstart', 'OK')]),
  one: (upid) => Promise.resolve({ ...taskOn('pve2', '9001', 'qmclone', 'no space left on ceph-lab'), upid }),
  logEnd: () => Promise.resolve(['a line of \u001B[31m a guest', 'TASK OK']),
}
const taskOn = (node: string, id: string, type: string, end: string): GuestTask => ({
  upid: `UPID:${node}:0001A2B3:00C0FFEE:692BAD10:${type}:${id}:lanista@pve!ctl:`,
  node,
  id,
  type,
  end,
  user: 'lanista@pve!ctl',
  startedAt: VIEWS_NOW - 600_000,
})
/** What commands find at Proxmox, and in the folder. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these commands ask for nothing else of it
const connected = { files, proxmox: { guestTasks } } as unknown as Connected

/** What a command prints, where it ends well, at a terminal of 80 columns without colours, or off a terminal. */
async function printed(args: readonly string[], columns?: number): Promise<string> {
  const at = columns === undefined ? {} : { columns }
  const composition = { connect: () => Promise.resolve(connected) }
  const { stdout, stderr, status } = await startWith(api, args, { ...at, composition, environment: { NO_COLOR: '1' } })
    .ended
  expect([status, stderr], args.join(' ')).to.deep.equal([0, ''])
  expect(ACTING.exec(stdout), args.join(' ')).to.equal(null)
  return stdout
}

const tooWide = (text: string): readonly string[] => text.split('\n').filter((line) => widthOf(line) > 80)

describe('what the commands print', () => {
  for (const kind of KINDS)
    it(`get ${kind} prints in every format what is kept, within 80 columns at a terminal, and documents that fit their schema`, async () => {
      for (const output of OUTPUTS) {
        const args = ['get', kind, '-o', output]
        const piped = await printed(args)
        expectGolden(`get-${kind}.${output}.txt`, piped)
        const [single = ''] = nameOf(kind)
        if (output === 'json') {
          expect(viewLists[kind].strict().parse(JSON.parse(piped)).items).to.have.length.above(0)
          const only = await printed(['get', kind, single, '-o', output])
          expect(viewDocuments[kind].strict().parse(JSON.parse(only)).apiVersion).to.equal('lanista/v1')
        }
        if (output === 'yaml')
          expect(parse(piped)).to.deep.equal(JSON.parse(await printed(['get', kind, '-o', 'json'])))
        if (output !== 'table') continue
        const shown = await printed(args, 80)
        expectGolden(`get-${kind}.terminal.txt`, shown)
        expect(tooWide(shown)).to.deep.equal([])
        const [titles = '', ...rows] = shown.split('\n')
        expect(await printed([...args, '--no-header'], 80)).to.equal(rows.join('\n'))
        expect(titles).to.match(/^ *[A-Z]+ /)
      }
    })
})

describe('what is told of one thing', () => {
  for (const [name, args] of [
    ['describe-range-ready', ['describe', 'range', 'JD']],
    ['describe-range-troubled', ['describe', 'rg/KT']],
    ['describe-range-suspended', ['describe', 'range', 'NO']],
    ['describe-range-broken', ['describe', 'range', 'PX']],
    ['describe-vm', ['describe', 'vm', 'KT/KT-DC01']],
    ['describe-node', ['describe', 'node', 'pve1', 'pve3']],
    ['describe-network', ['describe', 'net', 'r4']],
    ['tree-ready', ['tree', 'JD']],
    ['tree-troubled', ['tree', 'KT']],
    ['logs', ['logs', 'KT']],
    ['logs-of-vm', ['logs', 'KT/KT-DC01', '--proxmox', '--since', '1h', '--tail', '2']],
    ['events', ['events', 'KT', '--since', '1h', '--types', 'warning']],
  ] as const)
    it(`${args.join(' ')} prints what is kept, within 80 columns at a terminal, and whole off it`, async () => {
      const shown = await printed(args, 80)
      expectGolden(`${name}.terminal.txt`, shown)
      // What was logged is shown as it is.
      if (args[0] !== 'logs') expect(tooWide(shown)).to.deep.equal([])
      expectGolden(`${name}.txt`, await printed(args))
    })
})

const nameOf = (kind: ViewKind): readonly string[] =>
  ({
    ranges: ['JD'],
    vms: ['JD-DC01'],
    networks: ['r3'],
    nodes: ['pve1'],
    templates: ['9000'],
    events: ['3'],
  })[kind]

describe('the labels of each kind', () => {
  it('are those that the page about looking names', () => {
    const page = readFileSync('docs/how-to/see.md', 'utf8')
    for (const kind of KINDS) {
      const row = new RegExp(`^\\| ${kind} \\| (.*) \\|$`, 'm').exec(page)?.[1] ?? ''
      const named = row.replaceAll(/ \([^)]*\)/g, '').split(', ')
      expect(named, kind).to.deep.equal(Object.keys(LABELS[kind]).map((label) => `\`${label}\``))
    }
  })
})

describe('the words for kinds', () => {
  it('mean one kind each', () => {
    const words = Object.values(KIND_WORDS).flat()
    expect(new Set(words).size).to.equal(words.length)
  })
})
