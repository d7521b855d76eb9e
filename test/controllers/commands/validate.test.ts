import { untraced } from '../../../adapters/tracing/untraced.ts'
import { followedFiles } from '../../builders/followed-files.ts'
import { expect } from 'chai'
import { validateCommand } from '../../../controllers/commands/validate.ts'
import type { Composition } from '../../../controllers/commands/composition.ts'
import type { CheckedFile } from '../../../model/checked-file.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { serverConfigSchema } from '../../../model/server-config.ts'
import { cluster, storage } from '../../builders/cluster.ts'
import { FakeHostRoutes } from '../../builders/fake-host-routes.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { range } from '../../builders/range.ts'
import { quiet } from '../../builders/quiet.ts'
import { tellingParts } from '../../builders/telling-parts.ts'

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

const good = (id: string, traits: Partial<Parameters<typeof range>[1]> = {}): CheckedFile => ({
  ...file([]),
  path: `${id}.yml`,
  rangeId: id,
  spec: range(id, traits),
})

/** Runs the command on a composition that knows these files, the one configuration and that cluster. */
async function validate(
  files: readonly CheckedFile[],
  options: Partial<Parameters<typeof validateCommand>[0]> = {},
  proxmox = new FakeProxmox(cluster({ storages: [storage('local', 'pve1')] })),
) {
  const [asked, printed, loaded]: [(readonly string[])[], string[], string[]] = [[], [], []]
  const composition: Composition = {
    clock: { now: never, steady: never, sleep: never },
    random: never,
    version: 'test',
    environment: {},
    checker: {
      check: async (paths) => {
        asked.push(paths)
        return await Promise.resolve(files)
      },
      locate: async (checked, findings) => {
        const said = findings.map(({ path, finding, remedy }) => ({
          file: checked.path,
          line: 1,
          column: 1,
          finding: `${path.join('.')}: ${finding}`,
          remedy,
        }))
        return await Promise.resolve({ ...checked, problems: [...checked.problems, ...said] })
      },
    },
    approvals: never,
    commitApprovals: never,
    commitChecker: () => Promise.resolve(undefined),
    loadConfig: async (name) => {
      loaded.push(name)
      return await Promise.resolve(config)
    },
    placeInText: never,
    configSource: never,
    inspectToken: never,
    openLog: () => quiet,
    openTroubles: () => quiet,
    lanista: never,
    leftBehind: never,
    connect: async () =>
      await Promise.resolve({
        config,
        logger: quiet,
        proxmox,
        files: { list: never, read: never, watch: never },
        followed: followedFiles({ list: never, read: never, watch: never }),
        git: undefined,
        store: { write: never, remove: never },
        lockStore: memoryLockStore(),
        destroyOrders: { read: never, write: never, clear: never, list: never },
        suspendOrders: { read: never, write: never, clear: never },
        telling: tellingParts(),
        propose: undefined,
        migration: {
          journal: { read: never, write: never, clear: never },
          lockStore: { read: never, write: never, clear: never },
          presence: { claim: never, ask: never },
        },
        ordersUntold: never,
        presence: { claim: never, ask: never },
        hostRoutes: new FakeHostRoutes(),
        tracer: untraced,
        metrics: {
          rangeStatus: never,
          rangeGone: never,
          reconciled: never,
          proxmoxRequest: never,
          proxmoxRetry: never,
          taskEnded: never,
          sdnLockAsked: never,
          sdnLockHeld: never,
          watch: never,
          rangeFiles: never,
          statusWritten: never,
          observed: never,
          zoneFindings: never,
          gitHook: never,
          forgeStatus: never,
          notified: never,
          git: never,
          configReloaded: never,
          pruneWaiting: never,
          taskOfOther: never,
        },
        forgetAllBut: never,
        readyBefore: never,
        heldBefore: never,
        notifier: { send: never },
        prune: {
          provenance: { identity: never, follows: never },
          seenFiles: { read: never, write: never },
          approvals: { asked: never, ask: never, approved: never, approve: never, forgetAnswer: never, clear: never },
        },
        serve: never,
      }),
    controller: never,
    host: never,
    doctor: never,
    simulate: never,
  }
  const status = await validateCommand(
    { paths: [], config: undefined, format: 'text', online: false, ...options },
    composition,
    (_style, text) => text,
    (line) => printed.push(line),
    new AbortController().signal,
  )
  return { status, printed, asked, loaded, proxmox }
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

  it('does not read the configuration for files that are named', async () => {
    const { loaded } = await validate([], { paths: ['a'], config: 'c.yml' })
    expect(loaded).to.deep.equal([])
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

  it('blames every file that fixes the number of another, in one folder', async () => {
    const files = [good('AB', { number: 7 }), good('CD', { number: 8 }), good('EF', { number: 7 })]
    const { printed, status } = await validate(files)
    expect(status).to.equal(1)
    expect(printed.filter((line) => line.includes('range_number'))).to.deep.equal([
      'AB.yml:1:1: ludus_extensions.lanista.range_number: range_number 7 is taken by EF.yml as well',
      'EF.yml:1:1: ludus_extensions.lanista.range_number: range_number 7 is taken by AB.yml as well',
    ])
    const elsewhere = files.map((each) => ({ ...each, folder: each.path }))
    expect((await validate(elsewhere)).status).to.equal(0)
  })

  describe('--online', () => {
    const online = { online: true, config: 'c.yml' }

    it('looks at the cluster once for all files, and writes nothing', async () => {
      const { status, proxmox } = await validate([good('AB'), good('CD')], online)
      expect([status, proxmox.looks, proxmox.writes]).to.deep.equal([0, 1, []])
    })

    it('says what the cluster lacks, for files that are valid by themselves', async () => {
      const files = [good('AB', { targetNode: 'pve9' }), { ...good('CD', { targetNode: 'pve9' }), spec: undefined }]
      const { status, printed } = await validate(files, online)
      expect(status).to.equal(1)
      expect(printed.slice(0, 2)).to.deep.equal([
        'AB.yml:1:1: defaults.target_node: target_node of defaults is pve9, which is no node of the cluster',
        '    did you mean pve1?',
      ])
      expect(printed.at(-1)).to.equal('2 files, 1 problem')
    })

    it('blames the configuration for its storage, once', async () => {
      const { printed } = await validate([good('AB'), good('CD')], online, new FakeProxmox(cluster()))
      expect(printed.slice(0, 2)).to.deep.equal([
        'c.yml:1:1: proxmox_vm_storage_pool: proxmox_vm_storage_pool is local, which is no storage of the cluster',
        '    there is shared',
      ])
      expect(printed.at(-1)).to.equal('3 files, 1 problem')
    })

    it('asks for a configuration where there is none, and says when the cluster does not answer', async () => {
      const thrown = async (...args: Parameters<typeof validate>): Promise<string> =>
        await validate(...args).then(
          () => '',
          (error: unknown) => String(error),
        )
      expect(await thrown([], { online: true })).to.match(/--online needs to know the cluster/)
      const away = new FakeProxmox(cluster()).fail('observe', new ProxmoxError('transport', 'GET /x', 'no connection'))
      expect(await thrown([], online, away)).to.match(/the cluster can't be looked at: no connection/)
    })
  })
})
