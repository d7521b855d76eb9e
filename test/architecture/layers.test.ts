import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

/** A file that must not be, and what the linter says of it. */
interface Violation {
  readonly file: string
  readonly source: string
  readonly says: RegExp
}

const imports = (from: string): string => `import { x } from '${from}'\nexport const y = x\n`
const violations: readonly Violation[] = [
  { file: 'model/a.ts', source: imports('../reconcilers/ok.ts'), says: /model imports no other folder/ },
  { file: 'model/b.ts', source: imports('../adapters/ok.ts'), says: /model imports no other folder/ },
  { file: 'model/c.ts', source: imports('./../controllers/ok.ts'), says: /model imports no other folder/ },
  { file: 'model/deep/a.ts', source: imports('../../test/ok.ts'), says: /model imports no other folder/ },
  { file: 'model/d.ts', source: imports('node:fs'), says: /model imports zod and croner only/ },
  { file: 'model/e.ts', source: `export * from '../adapters/ok.ts'\n`, says: /model imports no other folder/ },
  {
    file: 'model/f.ts',
    source: `import type { X } from '../adapters/ok.ts'\nexport type Y = X\n`,
    says: /model imports no other folder/,
  },
  { file: 'reconcilers/a.ts', source: imports('../controllers/ok.ts'), says: /reconcilers import model only/ },
  { file: 'reconcilers/vm/a.ts', source: imports('../../adapters/ok.ts'), says: /reconcilers import model only/ },
  { file: 'reconcilers/range/a.ts', source: imports('../../test/ok.ts'), says: /reconcilers import model only/ },
  { file: 'reconcilers/b.ts', source: imports('node:fs'), says: /reconcilers touch nothing of the machine/ },
  { file: 'adapters/a.ts', source: imports('../controllers/ok.ts'), says: /adapters import model only/ },
  { file: 'adapters/deep/a.ts', source: imports('../../reconcilers/ok.ts'), says: /adapters import model only/ },
  { file: 'adapters/state/a.ts', source: imports('../../test/ok.ts'), says: /adapters import model only/ },
  { file: 'controllers/a.ts', source: imports('../adapters/ok.ts'), says: /only controllers\/compose/ },
  {
    file: 'controllers/b.ts',
    source: `import type { X } from '../adapters/ok.ts'\nexport type Y = X\n`,
    says: /only controllers\/compose/,
  },
  { file: 'controllers/main.ts', source: imports('../adapters/ok.ts'), says: /only controllers\/compose/ },
  { file: 'controllers/commands/a.ts', source: imports('../../adapters/ok.ts'), says: /only controllers\/compose/ },
  { file: 'controllers/pace/a.ts', source: imports('../../test/ok.ts'), says: /only controllers\/compose/ },
  { file: 'controllers/compose/a.ts', source: imports('../../test/ok.ts'), says: /does not import its tests/ },
  { file: 'model/cycle-a.ts', source: imports('./cycle-b.ts'), says: /cycle/i },
  { file: 'model/cycle-b.ts', source: `import { y } from './cycle-a.ts'\nexport const x = () => y\n`, says: /cycle/i },
]

/** Files that keep the rules, each in its own way. */
const clean: Readonly<Record<string, string>> = {
  'model/ok.ts': imports('zod'),
  'reconcilers/ok.ts': imports('../model/ok.ts'),
  'reconcilers/vm/ok.ts': imports('../../model/ok.ts'),
  'adapters/ok.ts': imports('../model/ok.ts'),
  'controllers/ok.ts': imports('../reconcilers/ok.ts') + imports('../model/ok.ts').replaceAll(/\b([xy])\b/g, '$1s'),
  'controllers/compose/ok.ts': imports('../../adapters/ok.ts'),
  'test/ok.ts': imports('../adapters/ok.ts'),
}

/** What the linter says of each file of a tree under the project's own configuration. */
async function lint(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-architecture-'))
  try {
    await copyFile('.oxlintrc.json', path.join(folder, '.oxlintrc.json'))
    for (const [file, source] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
      await writeFile(path.join(folder, file), source)
    }
    const found = new Map<string, string[]>()
    for (const { filename, message, help } of await run(folder))
      found.set(filename, [...(found.get(filename) ?? []), `${message} ${help ?? ''}`])
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Finding {
  readonly filename: string
  readonly message: string
  readonly help?: string
}

async function run(folder: string): Promise<readonly Finding[]> {
  const oxlint = path.join(path.dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint')
  // It exits 1 because it finds something, which is what it is asked for.
  const told = await promisify(execFile)(process.execPath, [oxlint, '--format=json'], { cwd: folder }).catch(
    (error: { readonly stdout: string }) => error,
  )
  const { diagnostics }: { readonly diagnostics: readonly Finding[] } = JSON.parse(told.stdout)
  return diagnostics
}

describe('the layers', () => {
  let found: ReadonlyMap<string, readonly string[]>
  before(async () => {
    const broken = Object.fromEntries(violations.map(({ file, source }) => [file, source]))
    found = await lint({ ...clean, ...broken })
  })

  for (const { file, source, says } of violations) {
    it(`refuses ${/from '[^']*'/.exec(source)?.[0]} in ${file}`, () => {
      expect(found.get(file)?.join('\n')).to.match(says)
    })
  }

  for (const file of Object.keys(clean))
    it(`has nothing against ${file}`, () => expect(found.get(file)).to.equal(undefined))
})
