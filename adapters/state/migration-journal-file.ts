import { join } from 'node:path'
import { z } from 'zod'
import type { MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import type { Presence } from '../../model/presence.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords } from '../error-code.ts'
import { privateJsonFile } from './private-json-file.ts'
import { presenceSocket } from './presence-socket.ts'
import { sdnLockFile } from './sdn-lock-file.ts'

const journal: z.ZodType<MigrationJournal> = z.object({
  begunAt: z.number(),
  cluster: z.object({ name: z.string().optional(), nodes: z.array(z.string()) }).optional(),
  zone: z.string(),
  natBridge: z.string(),
  nics: z.array(
    z.object({
      pool: z.string(),
      vmid: z.int(),
      name: z.string(),
      node: z.string().optional(),
      key: z.string().regex(/^net\d+$/),
      before: z.string(),
      after: z.string(),
      writtenAt: z.number().optional(),
      proven: z.boolean().optional(),
      process: z
        .union([z.literal('later'), z.object({ node: z.string(), pid: z.int(), uptimeSeconds: z.number() })])
        .optional(),
    }),
  ),
  onBridges: z.array(z.string()).optional(),
  going: z
    .array(
      z.object({
        node: z.string(),
        bridges: z.array(z.string()),
        before: z.record(z.string(), z.string()),
        lastReload: z.string().optional(),
      }),
    )
    .optional(),
  removed: z.array(z.object({ node: z.string(), bridge: z.string() })).optional(),
  reboots: z.array(z.object({ vmid: z.int(), askedAt: z.number() })).optional(),
})

/** The journal of a move of networks, `<stateDir>/migration/journal.json`, and beside it the note on the SDN lock that it takes, and who is at it. */
export function migrationJournalFiles(stateDir: string): {
  readonly journal: MigrationJournalStore
  readonly lockStore: SdnLockStore
  readonly presence: Presence
} {
  const folder = join(stateDir, 'migration')
  const path = join(folder, 'journal.json')
  const file = privateJsonFile(path, journal, stateDir)
  return {
    journal: {
      read: () => read(file.readStrictly()),
      write: (content) => written(path, file.write(content)),
      clear: () => file.clear(),
    },
    lockStore: sdnLockFile(folder),
    presence: presenceSocket(folder),
  }
}

/** Whether anything was moved, and from where, only it tells. */
async function read<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw new UserError(
      `the journal of the move: ${error instanceof Error ? error.message : String(error)}; nothing is done without it; mend it or restore it from a backup, or move it away if nothing of that move is to be carried on or put back`,
      error,
    )
  }
}

/** Whoever writes it goes no further then, and a person has to see to the disk. */
async function written(path: string, writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    throw new UserError(
      `${path}: the journal of the move can't be written: ${causeInWords(error)}; nothing further is done; see to that, then run this again, which goes on with what was begun (lanista migrate status names that)`,
      error,
    )
  }
}
