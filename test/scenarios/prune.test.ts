import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../adapters/state/approval-files.ts'
import { folderProvenance } from '../../adapters/range-files/folder-identity.ts'
import { seenRangesFile } from '../../adapters/state/seen-files.ts'
import type { PruneSettings } from '../../model/prune.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { gitIn, hasGit } from '../builders/git-repository.ts'
import { pruneParts } from '../builders/prune-parts.ts'
import { itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'

const RANGE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
/** Short, as the stopwatch counts no more than two resyncs a look. */
const GRACE = 1000

describe('a controller', () => {
  it('ends when it is stopped while it takes up what an earlier life remembers', async () => {
    let remembered = (): void => undefined
    const read = new Promise<readonly []>((resolve) => (remembered = () => resolve([])))
    const lab = await openLab({ prune: () => pruneParts({ seenFiles: { read: () => read, write: async () => {} } }) })
    const closed = lab.close()
    remembered()
    await closed
    expect(lab.controller.board.all()).to.deep.equal([])
  })
})

describe('a range whose file is gone', () => {
  let lab: Lab
  let elapsed = 0
  /** Called by each look that can't read the folder. */
  let whenUnreadable = (): void => undefined
  /** Of the writes, those before the file was gone. */
  let before = 0
  afterEach(() => lab.close())

  const state = (): string => path.join(lab.folder, '..', 'state')
  const approvals = () => approvalFiles(state())
  const ready = (id: string) => {
    const status = lab.controller.board.get(id)
    return status === undefined ? undefined : readyConditionOf(status)
  }
  const writes = (): readonly string[] =>
    lab
      .writes()
      .slice(before)
      .filter(({ user }) => user?.startsWith('lanista') === true)
      .map(({ method, path }) => `${method} ${path}`)
  const isGone = (id: string): boolean =>
    lab.controller.board.get(id) === undefined && !lab.simulator.world.pools.has(id)

  const open = async (settings: Partial<PruneSettings>, ...ids: readonly string[]): Promise<void> => {
    elapsed = 0
    lab = await openReadyLab(Object.fromEntries(ids.map((id) => [`${id}.yml`, RANGE])), {
      prune: ({ ranges, state }) =>
        pruneParts({
          settings: () => ({ enabled: true, grace: GRACE, budget: 1, ...settings }),
          provenance: {
            ...folderProvenance(ranges),
            identity: async () =>
              await folderProvenance(ranges)
                .identity()
                .catch((error: unknown) => {
                  whenUnreadable()
                  throw error
                }),
          },
          seenFiles: seenRangesFile(state),
          approvals: approvalFiles(state),
          stopwatch: () => elapsed,
        }),
    })
    before = lab.writes().length
  }
  /** Resolves when a look has missed the file. */
  const missed = (...ids: readonly string[]): Promise<void> =>
    lab.until(() => ids.every((id) => ready(id)?.message.includes('the range goes when that has been so') === true))
  const passes = (milliseconds: number): void => {
    elapsed += milliseconds
    lab.controller.resync()
  }
  /** Looks again and again, and resolves with what is said of a range that then waits. */
  const waits = async (...ids: readonly string[]): Promise<string> => {
    await missed(...ids)
    passes(GRACE)
    await lab.until(() => ids.every((id) => ready(id)?.reason === 'PruneWaits'))
    const asked = async (): Promise<readonly string[]> => (await approvals().asked())?.ranges.map(({ id }) => id) ?? []
    while ((await asked()).join() !== ids.join()) await lab.sleep(1000)
    expect(writes()).to.deep.equal([])
    return ready(ids[0] ?? '')?.message ?? ''
  }
  const approve = async (): Promise<void> => {
    const asked = await approvals().asked()
    await approvals().approve(asked!)
    lab.controller.resync()
  }

  itLong('stays as it is unless pruning is enabled', async () => {
    await open({ enabled: false }, 'JD', 'KT')
    await lab.remove('JD.yml')
    await lab.until(() => ready('JD')?.reason === 'FileMissing')
    for (let look = 0; look < 3; look += 1) {
      passes(GRACE)
      await lab.pass()
    }
    expect(writes()).to.deep.equal([])
    expect(ready('JD')?.message).to.match(/its VMs and networks stay as they are; put the file back to go on$/)
    expect(await readdir(path.dirname(state()))).to.deep.equal(['ranges'])
  })

  it('goes after the grace: VMs, network, pool, and then all that is said of it', async () => {
    await open({}, 'JD', 'KT')
    const { world } = lab.simulator
    const pathsOf = (pool: string) =>
      [...(world.pools.get(pool)?.vms ?? [])].map((vmid) => `/nodes/${world.guests.get(vmid)?.node}/qemu/${vmid}`)
    const [paths, kept] = [pathsOf('JD'), pathsOf('KT')]
    const vnet = world.sdn.running.vnets.get('r1')?.['alias'] === 'lanista range JD' ? 'r1' : 'r2'
    await lab.remove('JD.yml')
    await missed('JD')
    passes(GRACE - 1)
    await lab.pass()
    expect(writes()).to.deep.equal([])
    passes(1)
    await lab.until(() => isGone('JD'))
    for (const each of paths)
      expect(writes().filter((call) => call.includes(each))).to.deep.equal([
        `POST ${each}/status/shutdown`,
        `DELETE ${each}`,
      ])
    expect(writes().slice(2 * paths.length)).to.deep.equal([
      'POST /cluster/sdn/lock',
      `DELETE /cluster/sdn/vnets/${vnet}`,
      'PUT /cluster/sdn',
      'DELETE /pools/JD',
    ])
    expect(pathsOf('KT')).to.deep.equal(kept)
    expect(lab.ready('KT')).to.equal(true)
    const done = writes().length
    passes(GRACE)
    await lab.pass()
    expect(writes()).to.have.length(done)
    expect(lab.controller.board.all().map(({ id }) => id)).to.deep.equal(['KT'])
  })

  itLong('stays when the file is back in time', async () => {
    await open({}, 'JD', 'KT')
    await lab.remove('JD.yml')
    await missed('JD')
    passes(GRACE - 1)
    await lab.drop('JD.yml', RANGE)
    await lab.until(() => lab.ready('JD'))
    passes(GRACE)
    await lab.pass()
    await lab.remove('JD.yml')
    await missed('JD')
    passes(GRACE - 1)
    await lab.pass()
    expect(writes()).to.deep.equal([])
  })

  itLong('waits with the others when more would go than the budget, until exactly these are approved', async () => {
    await open({}, 'JD', 'KT', 'MN')
    await Promise.all([lab.remove('JD.yml'), lab.remove('KT.yml')])
    expect(await waits('JD', 'KT')).to.match(/2 ranges would go within an hour; lanista\.prune\.budget is 1/)
    expect((await approvals().asked())?.ranges.map(({ vms }) => vms.length)).to.deep.equal([2, 2])
    await approve()
    await lab.until(() => isGone('JD') && isGone('KT'))
    expect(lab.ready('MN')).to.equal(true)
    expect(await readdir(state()))
      .to.include('seen-ranges.json')
      .and.not.include('approval.json')
  })

  itLong('waits again when a VM came to its pool after the approval', async () => {
    await open({}, 'JD', 'KT', 'MN')
    await Promise.all([lab.remove('JD.yml'), lab.remove('KT.yml')])
    await waits('JD', 'KT')
    const asked = await approvals().asked()
    await personIn(lab.simulator)('POST', '/nodes/pve1/qemu', { vmid: 500, name: 'new', pool: 'JD' })
    // A look that is under way may not have it yet.
    const hasCome = async (): Promise<boolean> =>
      (await approvals().asked())?.ranges.some(({ vms }) => vms.some(({ vmid }) => vmid === 500)) === true
    while (!(await hasCome())) await lab.sleep(1000)
    await approvals().approve(asked!)
    lab.controller.resync()
    await lab.until(() => ready('JD')?.message.includes('the approval was for other ranges or VMs') === true)
    expect(writes()).to.deep.equal([])
    expect(await approvals().approved()).to.equal(undefined)
  })

  it('waits when the folder is empty, until it is approved', async () => {
    await open({}, 'JD')
    await lab.remove('JD.yml')
    expect(await waits('JD')).to.match(/the folder had no valid range file at all/)
    await approve()
    await lab.until(() => isGone('JD'))
  })

  const NO_WITNESSES = [
    ['kustomization.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [JD.yml]\n'],
    ['KT.yml', 'ludus: ['],
    ['empty.yml', ''],
    ['.hidden.yml', RANGE],
  ] as const
  for (const [name, text] of NO_WITNESSES)
    itLong(`waits when nothing but ${name} is left in the folder, which is no witness that it is sound`, async () => {
      await open({}, 'JD')
      await lab.drop(name, text)
      await lab.remove('JD.yml')
      expect(await waits('JD')).to.match(/the folder had no valid range file at all/)
    })

  itLong('waits when the folder could not be read meanwhile, and nothing is done until it can', async () => {
    await open({}, 'JD', 'KT')
    await rename(lab.folder, `${lab.folder}.away`)
    for (let look = 0; look < 3; look += 1)
      await new Promise<void>((looked) => {
        whenUnreadable = looked
        passes(GRACE)
      })
    lab.controller.ranges.trigger('JD')
    await lab.until(() => ready('JD')?.reason === 'FileUnreadable')
    expect(writes()).to.deep.equal([])
    await rm(path.join(`${lab.folder}.away`, 'JD.yml'))
    await rename(`${lab.folder}.away`, lab.folder)
    expect(await waits('JD')).to.match(/the file of JD went while the folder could not be read/)
  })

  itLong(
    'waits when another folder is in the place of the one that had its file, as when it is unmounted',
    async () => {
      await open({}, 'JD', 'KT')
      await mkdir(`${lab.folder}.other`)
      await writeFile(path.join(`${lab.folder}.other`, 'KT.yml'), RANGE)
      await rename(lab.folder, `${lab.folder}.away`)
      await rename(`${lab.folder}.other`, lab.folder)
      // Between the two there was no folder, which a look may have met.
      expect(await waits('JD')).to.match(/the folder was replaced by another of the same name/)
    },
  )

  itLong('goes with a commit that deletes its file, and waits after a force-push', async function () {
    // Without git there is nothing to tell these apart by; that somebody must approve then is tested with the adapter.
    if (!hasGit()) return this.skip()
    await open({}, 'JD', 'KT')
    const git = gitIn(lab.folder)
    git('init', '-q', '-b', 'main')
    git('add', 'KT.yml')
    git('commit', '-q', '-m', 'one')
    git('add', 'JD.yml')
    git('commit', '-q', '-m', 'two')
    const seen = async () => JSON.stringify(await seenRangesFile(state()).read())
    const looked = async (): Promise<void> => {
      const head = git('rev-parse', 'HEAD')
      lab.controller.resync()
      while (!(await seen()).includes(head)) await lab.sleep(1000)
    }
    await looked()
    git('reset', '-q', '--hard', 'HEAD~1')
    expect(await waits('JD')).to.match(/its Git revision [0-9a-f]{12}… does not follow from [0-9a-f]{12}…/)
    git('reset', '-q', '--hard', 'HEAD@{1}')
    await lab.until(() => lab.ready('JD'))
    await looked()
    git('rm', '-q', 'JD.yml')
    git('commit', '-q', '-m', 'three')
    await missed('JD')
    passes(GRACE)
    await lab.until(() => isGone('JD'))
  })

  itLong('stays when it never had a file in this folder', async () => {
    await open({}, 'KT')
    const person = personIn(lab.simulator)
    await person('POST', '/pools', { poolid: 'ZZ' })
    await person('POST', '/nodes/pve1/qemu', { vmid: 501, name: 'ZZ-a', pool: 'ZZ', tags: 'lanista;zz' })
    for (let look = 0; look < 3; look += 1) {
      passes(GRACE)
      await lab.pass()
    }
    expect(writes()).to.deep.equal([])
  })

  itLong('and that comes back under another name is neither removed nor made anew until a person decides', async () => {
    await open({}, 'JD')
    await rename(path.join(lab.folder, 'JD.yml'), path.join(lab.folder, 'KL.yml'))
    await lab.until(() => ready('KL')?.reason === 'Renamed')
    expect(ready('KL')?.message).to.match(/range KL: .*rename it back to JD, .* approve of it \(lanista approve\)/)
    expect(await waits('JD')).to.match(/the file of KL names the same VMs as that of JD did/)
    await approve()
    await lab.until(() => isGone('JD') && lab.ready('KL'))
  })

  it('and that gets its name back goes on as if nothing had been', async () => {
    await open({}, 'JD')
    await rename(path.join(lab.folder, 'JD.yml'), path.join(lab.folder, 'KL.yml'))
    await lab.until(() => ready('KL')?.reason === 'Renamed')
    await rename(path.join(lab.folder, 'KL.yml'), path.join(lab.folder, 'JD.yml'))
    await lab.until(() => lab.ready('JD'))
    await lab.pass()
    expect(writes()).to.deep.equal([])
  })
})
