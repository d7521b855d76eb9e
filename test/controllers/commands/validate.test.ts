import { expect } from 'chai'
import { validateCommand } from '../../../controllers/commands/validate.ts'
import type { Composition } from '../../../controllers/composition.ts'
import type { CheckedFile } from '../../../model/checked-file.ts'
import { serverConfigSchema } from '../../../model/server-config.ts'

const config = serverConfigSchema.parse({ proxmox_node: 'pve1', lanista: { ranges: '/configured' } })

const file = (findings: readonly string[], warnings: readonly string[] = []): CheckedFile => {
  const said = (finding: string) => ({ file: 'JD.yml', line: 1, column: 1, finding, remedy: '' })
  return {
    path: 'JD.yml',
    folder: '.',
    rangeId: 'JD',
    problems: findings.map(said),
    warnings: warnings.map(said),
    spec: undefined,
  }
}

const never = (): never => {
  throw new Error('not to be asked for')
}

/** Runs the command on a composition that knows these files and the one configuration. */
async function validate(files: readonly CheckedFile[], options: Partial<Parameters<typeof validateCommand>[0]> = {}) {
  const [asked, printed]: [(readonly string[])[], string[]] = [[], []]
  const composition: Composition = {
    clock: { now: never, sleep: never },
    random: never,
    environment: {},
    checker: {
      check: async (paths) => {
        asked.push(paths)
        return await Promise.resolve(files)
      },
      locate: never,
    },
    loadConfig: async () => await Promise.resolve(config),
    openLog: never,
    connect: never,
    configSource: never,
    inspectToken: never,
    simulate: never,
  }
  const status = await validateCommand(
    { paths: [], config: undefined, format: 'text', ...options },
    composition,
    (_style, text) => text,
    (line) => printed.push(line),
  )
  return { status, printed, asked }
}

describe('lanista validate', () => {
  it('ends with 0 when all is well, also with warnings, and with 1 when there is a problem', async () => {
    expect((await validate([file([])])).status).to.equal(0)
    expect((await validate([file([], ['odd'])])).status).to.equal(0)
    expect((await validate([file([]), file(['wrong'])])).status).to.equal(1)
  })

  it('checks the paths it is given; else the configured folder; else the current one', async () => {
    expect((await validate([], { paths: ['a', 'b'], config: 'c.yml' })).asked).to.deep.equal([['a', 'b']])
    expect((await validate([], { config: 'c.yml' })).asked).to.deep.equal([['/configured']])
    expect((await validate([])).asked).to.deep.equal([['.']])
  })

  it('speaks the format that was asked for', async () => {
    expect((await validate([file(['wrong'])])).printed.at(-1)).to.equal('1 file, 1 problem')
    expect(JSON.parse((await validate([file(['wrong'])], { format: 'json' })).printed.join('\n')).problems).to.equal(1)
    expect((await validate([file(['wrong'])], { format: 'sarif' })).printed.join('\n')).to.contain('"2.1.0"')
    expect((await validate([file(['wrong'])], { format: 'github' })).printed[0]).to.match(/^::error /)
  })

  it('refuses a format it does not know before it reads anything', async () => {
    const error: unknown = await validate([], { format: 'xml' }).catch((thrown: unknown) => thrown)
    expect(String(error)).to.contain('--format xml is not known; choose among text, json, sarif, github')
  })
})
