import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { scaledClock } from '../../../adapters/simulator/clock.ts'
import { controllerToken } from '../../../adapters/simulator/cluster-from.ts'
import { startSimulator } from '../../../adapters/simulator/start-simulator.ts'
import { commitApprovalFiles } from '../../../adapters/state/accepted-commit-files.ts'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { destroyOrderFiles } from '../../../adapters/state/destroy-order-files.ts'
import type { CommitApprovalStore } from '../../../model/accepted-commit.ts'
import type { DestroyOrderStore } from '../../../model/destroy-order.ts'
import type { ApprovalStore } from '../../../model/ports.ts'
import type { VerifyMode } from '../../../reconcilers/git/judge-head.ts'
import { startVirtualTime } from '../../builders/virtual-time.ts'
import { type Ground, groundOf, newWorld } from '../arena.ts'
import { bear, type Born } from './born.ts'
import { CommitChronicle } from './commit-chronicle.ts'
import { watchCommits } from './commit-watch.ts'
import { Forge, imitatedVault } from './forge.ts'
import { gitVault } from './git-vault.ts'
import type { FetchedDisk } from './imitated-repository.ts'
import type { Doom } from './mortal-stores.ts'
import type { PruneOptions } from './prunes.ts'
import type { ServerTrouble } from './server-troubles.ts'
import { watchStatus } from './status-watch.ts'

export interface CommitArenaOptions {
  readonly verify: VerifyMode
  readonly prune: PruneOptions
  /** The repository and what is fetched of it are git's. */
  readonly withGit: boolean
  /** What is pushed before the first life begins. */
  readonly first: (forge: Forge) => void
}

/** A simulated cluster, a repository of range files, and controllers that come and go, in virtual time. */
export interface CommitArena extends Ground {
  readonly forge: Forge
  readonly chronicle: CommitChronicle
  readonly server: ServerTrouble
  /** What a person writes to the state directory. */
  readonly answers: PersonsFiles
  born(): Born
  /** Lets the life end as a signal does, or breaks it off, with or without a part of the state, and begins another. */
  restart(
    how: 'stopped' | 'killed' | 'killed, and its state deleted' | 'killed, and what was fetched deleted',
  ): Promise<void>
  /** The life ends at such a moment, or after a while; then another begins. */
  restartAt(doom: Doom): Promise<void>
  close(): Promise<void>
}

/** The files by which a person answers. */
interface PersonsFiles {
  readonly force: CommitApprovalStore
  readonly waves: CommitApprovalStore
  readonly ranges: ApprovalStore
  readonly orders: DestroyOrderStore
}

/** So long a moment is waited for at which a life is to end, in milliseconds. */
const DOOM_MS = 90_000

export async function openCommitArena(options: CommitArenaOptions): Promise<CommitArena> {
  const world = newWorld(1024)
  const backToRealTime = startVirtualTime()
  const clock = scaledClock()
  const simulator = await startSimulator({ world, clock, durations: { response: 0 } })
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-commits-'))
  const stateDir = path.join(folder, 'state')
  const bare = path.join(folder, 'ranges.git')
  const forge = new Forge(options.withGit ? gitVault(bare) : imitatedVault())
  const chronicle = new CommitChronicle(world, forge, () => clock.now(), options)
  const server: ServerTrouble = { now: 'none' }
  const fetched: FetchedDisk = { kept: undefined, aside: undefined }
  options.first(forge)
  const begin = (): Promise<Born> =>
    bear({
      simulator,
      token: controllerToken(world) ?? '',
      clock,
      stateDir,
      chronicle,
      server,
      repository: options.withGit ? { url: bare } : fetched,
      verify: options.verify,
      prune: options.prune,
      onStatus: (status) => watchStatus(status, chronicle, world),
    })
  let life = await begin()
  const files = {
    force: commitApprovalFiles(stateDir),
    waves: commitApprovalFiles(stateDir, 'waves'),
    ranges: approvalFiles(stateDir),
    orders: destroyOrderFiles(stateDir),
  }
  watchCommits({ journal: simulator.journal, world }, chronicle)
  const ground = groundOf({
    simulator,
    world,
    clock,
    get files() {
      return chronicle.line.files()
    },
    life: () => life,
  })
  const next = async (): Promise<void> => {
    chronicle.deeds.lockMayBeLost = true
    await life.kill()
    life = await begin()
  }
  return {
    ...ground,
    get files() {
      return chronicle.line.files()
    },
    forge,
    chronicle,
    server,
    answers: files,
    born: () => life,
    restart: async (how) => {
      if (how === 'stopped') {
        await life.end()
        life = await begin()
        return
      }
      chronicle.deeds.lockMayBeLost = true
      await life.kill()
      if (how === 'killed, and its state deleted') {
        await rm(stateDir, { recursive: true, force: true })
        Object.assign(fetched, { kept: undefined, aside: undefined })
        chronicle.stateLost()
      }
      if (how === 'killed, and what was fetched deleted') {
        await rm(path.join(stateDir, 'git'), { recursive: true, force: true })
        Object.assign(fetched, { kept: undefined, aside: undefined })
      }
      life = await begin()
    },
    restartAt: async (doom) => {
      life.mortality.doom(doom)
      const over = new AbortController()
      const late = clock.sleep(DOOM_MS, over.signal).catch(() => undefined)
      await Promise.race([life.died, late])
      over.abort()
      await next()
    },
    close: async () => {
      await life.end()
      await simulator.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      backToRealTime()
    },
  }
}
