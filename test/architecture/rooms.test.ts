import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { arrowsOf, houseOf, roomOf, shortArrows } from './floors.ts'
import { importsOf, readSources, type Sources, withFiles } from './import-graph.ts'
import { judgeRooms } from './judge-rooms.ts'
import { LIBRARIES, type Room, ROOMS } from './rooms.ts'

/** What the test plants: further files of the product, or a change of the table. */
interface Planted {
  readonly situation: string
  readonly files?: Readonly<Record<string, string>>
  readonly rooms?: readonly Room[]
  readonly libraries?: Readonly<Record<string, readonly string[]>>
  /** All that is to be said of it. */
  readonly says: readonly string[]
}

const importing = (from: string): string => `import { x } from '${from}'\nexport const y = x\n`
const room = (name: string, imports: readonly string[], more: Partial<Room> = {}): Room => ({
  name,
  purpose: '',
  imports,
  ...more,
})
const changed = (name: string, change: (room: Room) => Room): readonly Room[] =>
  ROOMS.map((each) => (each.name === name ? change(each) : each))
const allowing = (name: string, to: string): readonly Room[] =>
  changed(name, (each) => ({ ...each, imports: [...each.imports, to] }))

const planted: readonly Planted[] = [
  {
    situation: 'an arrow that the table does not have',
    files: { 'controllers/machine/planted.ts': importing('../range/range-wishes.ts') },
    says: [
      'controllers/machine/planted.ts: imports controllers/range/range-wishes.ts, and controllers/machine may not import from controllers/range',
      'in a circle: controllers/machine, controllers/removal, controllers/range',
    ],
  },
  {
    situation: 'an arrow of types alone, over several lines',
    files: {
      'adapters/http/planted.ts': `import type {\n  A,\n  B,\n} from '../proxmox/api.ts'\nexport type C = A | B\n`,
    },
    says: [
      'adapters/http/planted.ts: imports adapters/proxmox/api.ts, and adapters/http may not import from adapters/proxmox',
    ],
  },
  {
    situation: 'an arrow of an import at run time',
    files: { 'controllers/report/planted.ts': `export const later = () => import('../terminal/paint.ts')\n` },
    says: [
      'controllers/report/planted.ts: imports controllers/terminal/paint.ts, and controllers/report may not import from controllers/terminal',
    ],
  },
  {
    situation: 'an arrow of a re-export',
    files: { 'reconcilers/prune/planted.ts': `export { planVm } from '../vm/plan-vm.ts'\n` },
    says: [
      'reconcilers/prune/planted.ts: imports reconcilers/vm/plan-vm.ts, and reconcilers/prune may not import from reconcilers/vm',
    ],
  },
  {
    situation: 'a folder that is no room',
    files: { 'controllers/planted/planted.ts': '' },
    says: ['controllers/planted/planted.ts: is in no room of the table'],
  },
  {
    situation: 'a file beside the rooms of the controllers',
    files: { 'controllers/planted.ts': '' },
    says: ['controllers/planted.ts: is in no room of the table'],
  },
  {
    situation: 'a folder in a room that is not known to be part of it',
    files: { 'adapters/simulator/planted/planted.ts': '' },
    says: ['adapters/simulator/planted/planted.ts: is in no room of the table'],
  },
  {
    situation: 'a room without files',
    rooms: [...ROOMS, room('controllers/planted', [])],
    says: ['controllers/planted: is a room of the table, and has no file'],
  },
  {
    situation: 'a folder of a room without files',
    rooms: changed('adapters/http', (each) => ({ ...each, folders: ['adapters/http/planted'] })),
    says: ['adapters/http/planted: is a folder of the table, and has no file'],
  },
  {
    situation: 'an import that leads nowhere',
    files: { 'model/planted.ts': importing('./not-there.ts') },
    says: ['model/planted.ts: imports model/not-there.ts, which is no file of the product'],
  },
  {
    situation: 'an arrow that nobody uses any more',
    rooms: allowing('adapters/http', 'adapters/yaml-file'),
    says: ['adapters/http: may import from adapters/yaml-file, and nothing in it does'],
  },
  {
    situation: 'a circle, although the table has its arrows',
    files: { 'adapters/yaml-file/planted.ts': importing('../redact.ts') },
    rooms: allowing('adapters/yaml-file', 'adapters'),
    says: ['in a circle: adapters, adapters/yaml-file, adapters/range-file'],
  },
  {
    situation: 'a library outside of its place',
    files: { 'controllers/pace/planted.ts': importing('rxjs/operators') },
    says: ['controllers/pace/planted.ts: imports rxjs, which is for controllers/pace/triggers.ts'],
  },
  {
    situation: 'a library that the table does not have',
    files: { 'adapters/host/planted.ts': importing('@planted/library/part') },
    says: ['adapters/host/planted.ts: imports @planted/library, which is for nobody'],
  },
  {
    situation: 'a library that its place does not use any more',
    libraries: { ...LIBRARIES, pino: ['adapters/logger.ts', 'adapters/http'] },
    says: ['pino: is for adapters/http, which does not import it'],
  },
]

describe('the rooms', () => {
  let sources: Sources
  before(async () => {
    sources = await readSources('.')
  })

  it('are as the table has them, with no circle and no other arrow', () => {
    expect(judgeRooms(sources, ROOMS, LIBRARIES)).to.deep.equal([])
  })

  it('are all that the imports of the product lead to', async () => {
    const missed = await Promise.all(
      sources.files.map(async (file) => {
        const lines = (await readFile(file, 'utf8')).split('\n')
        // Each ends on a line of its own, as oxfmt writes it.
        const ends = lines.filter((line) => /^(?:import|export|\}).*\bfrom '|^import '/.test(line))
        const found = sources.imports.filter(({ from }) => from === file)
        return found.length < ends.length ? [`${file}: ${found.length} of ${ends.length}`] : []
      }),
    )
    expect(missed.flat()).to.deep.equal([])
  })

  for (const library of Object.keys(LIBRARIES))
    it(`keep ${library} out of every room and file but its own`, () => {
      const places = LIBRARIES[library] ?? []
      const others = sources.files.filter(
        (file) => !places.includes(file) && !places.includes(roomOf(file, ROOMS)?.name ?? ''),
      )
      expect(others).not.to.deep.equal([])
      const imports = others.map((from) => ({ from, to: library, isFile: false }))
      const told = judgeRooms({ ...sources, imports: [...sources.imports, ...imports] }, ROOMS, LIBRARIES)
      expect(told).to.deep.equal(others.map((from) => `${from}: imports ${library}, which is for ${places.join(', ')}`))
    })

  for (const { situation, files = {}, rooms = ROOMS, libraries = LIBRARIES, says } of planted)
    it(`are not, with ${situation}`, () => {
      expect(judgeRooms(withFiles(sources, files), rooms, libraries)).to.deep.equal(says)
    })
})

describe('the imports of a file', () => {
  const of = (text: string) => importsOf('controllers/range/a.ts', text).map(({ to }) => to)
  const rows: readonly [string, string, readonly string[]][] = [
    ['values', `import { a, type B } from '../pace/b.ts'`, ['controllers/pace/b.ts']],
    ['types', `import type { A } from './b.ts'`, ['controllers/range/b.ts']],
    ['a default, and others', `import a, { b } from "rxjs"`, ['rxjs']],
    ['everything', `import * as all from '../../model/b.ts'`, ['model/b.ts']],
    [
      'several lines',
      `import {\n  a,\n  b,\n} from './c.ts'\nimport { d } from './e.ts'`,
      ['controllers/range/c.ts', 'controllers/range/e.ts'],
    ],
    ['what it is run for', `import './b.ts'`, ['controllers/range/b.ts']],
    [
      're-exports',
      `export { a } from './b.ts'\nexport * from './c.ts'`,
      ['controllers/range/b.ts', 'controllers/range/c.ts'],
    ],
    ['an import at run time', `const a = await import('./b.ts')`, ['controllers/range/b.ts']],
    ['a type by its file', `type A = import('./b.ts').A`, ['controllers/range/b.ts']],
  ]
  for (const [what, text, files] of rows) it(`are found: ${what}`, () => expect(of(text)).to.deep.equal(files))

  it('are not what only reads like one', () => {
    expect(
      of(`export const a = { from: 'b' }\nconst text = "it comes from 'c'"\nexport function from() {}\nf('d')`),
    ).to.deep.equal([])
  })
})

describe('the floors of a house', () => {
  const arrow = (from: string, to: string) => ({ from, to })

  it('stand on those that they import from', () => {
    const arrows = [arrow('a', 'b'), arrow('b', 'd'), arrow('a', 'c'), arrow('c', 'd')]
    expect(houseOf(['a', 'b', 'c', 'd'], arrows)).to.deep.equal({ floors: [['d'], ['b', 'c'], ['a']], inCircles: [] })
  })

  it('end below a circle', () => {
    const arrows = [arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'b'), arrow('b', 'd')]
    expect(houseOf(['a', 'b', 'c', 'd'], arrows)).to.deep.equal({ floors: [['d']], inCircles: ['b', 'c'] })
  })

  it('are drawn without the arrows that others imply', () => {
    const arrows = [arrow('a', 'b'), arrow('b', 'c'), arrow('a', 'c')]
    expect(shortArrows(arrows)).to.deep.equal([arrow('a', 'b'), arrow('b', 'c')])
  })

  it('leave out files that are in no room', () => {
    const imports = [{ from: 'x/a.ts', to: 'y/b.ts', isFile: true }]
    expect(arrowsOf({ files: ['x/a.ts', 'y/b.ts'], imports }, [room('x', [])])).to.deep.equal([])
  })
})
