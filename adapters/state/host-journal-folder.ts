import { lstat, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { HostAnswer, HostJournal, HostJournalStore } from '../../model/host-journal.ts'
import { HostError } from '../../model/host-ports.ts'
import { causeInWords, errorCode } from '../error-code.ts'
import { syncFolder } from '../sync-folder.ts'
import { makeFolder } from './make-folder.ts'

const route = z
  .object({
    destination: z.string(),
    via: z.string().optional(),
    dev: z.string().optional(),
    protocol: z.int(),
    metric: z.int(),
  })
  .transform(({ via, dev, ...rest }) => ({ ...rest, via, dev }))
const port = z
  .object({
    name: z.string(),
    isUp: z.boolean(),
    addresses: z.array(z.string()),
    master: z.string().optional(),
    vlans: z.array(z.object({ vid: z.int(), isPvid: z.boolean(), isUntagged: z.boolean() })),
  })
  .transform(({ master, ...rest }) => ({ ...rest, master }))
const step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('write'), path: z.string() }),
  z.object({ kind: z.literal('restart'), units: z.array(z.string()) }),
  z.object({ kind: z.literal('up'), device: z.string() }),
  z.object({ kind: z.literal('down'), device: z.string() }),
  z.object({ kind: z.literal('add-route'), destination: z.string(), via: z.string(), dev: z.string() }),
])
/** The copies of the files are beside it: `0.before`, `0.after`, ... */
const content: z.ZodType<Omit<HostJournal, 'files'> & { readonly files: readonly { readonly path: string }[] }> =
  z.object({
    phase: z.enum(['changing', 'waiting', 'confirmed', 'reverting', 'reverted']),
    target: z.object({ bridge: z.string(), outgoing: z.string() }),
    files: z.array(z.object({ path: z.string() })),
    steps: z.array(step),
    done: z.int(),
    before: z.object({
      hadAddress: z.boolean(),
      deviceHadAddress: z.boolean(),
      masquerades: z.int(),
      routes: z.array(route),
      ports: z.array(port),
    }),
    told: z.array(z.string()),
    left: z.array(z.string()),
  })

const JOURNAL = 'journal.json'
const ANSWER = 'answer'

/**
 * The journal of a move of the host in a folder of its own that belongs to root, whoever the state directory belongs to: what
 * is put back from it may be run by root. A folder or file that others may have written is refused.
 */
export function hostJournalFolder(folder: string): HostJournalStore {
  const inside = (name: string): string => join(folder, name)
  const write = async (name: string, text: string): Promise<void> => {
    const beside = inside(`.${name}.${process.pid}.tmp`)
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(text, 'latin1')
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, inside(name))
    await syncFolder(folder)
  }
  const writeJournal = async ({ files, ...rest }: HostJournal): Promise<void> => {
    const text = JSON.stringify({ ...rest, files: files.map(({ path }) => ({ path })) })
    await write(JOURNAL, Buffer.from(`${text}\n`, 'utf8').toString('latin1'))
  }
  const read = async (name: string): Promise<string> => await readFile(inside(name), 'latin1')
  return {
    folder,
    read: async () => {
      if (!(await isOwn(folder))) return undefined
      const text = await read(JOURNAL).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined
        throw broken(folder, causeInWords(error))
      })
      if (text === undefined) return undefined
      try {
        const journal = content.parse(JSON.parse(Buffer.from(text, 'latin1').toString('utf8')))
        const files = journal.files.map(async ({ path }, index) => ({
          path,
          before: await read(`${index}.before`),
          after: await read(`${index}.after`),
        }))
        return { ...journal, files: await Promise.all(files) }
      } catch {
        // Without the cause, which may quote what is in there.
        throw broken(folder, "it can't be understood")
      }
    },
    prepare: async () => {
      await makeFolder(dirname(folder))
      await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw broken(folder, causeInWords(error))
      })
      await isOwn(folder)
    },
    begin: async (journal) => {
      await rm(inside(JOURNAL), { force: true })
      await rm(inside(ANSWER), { force: true })
      for (const [index, { before, after }] of journal.files.entries()) {
        await write(`${index}.before`, before)
        await write(`${index}.after`, after)
      }
      await writeJournal(journal)
    },
    update: writeJournal,
    answer: async (word) => await writeFile(inside(ANSWER), word, { mode: 0o600 }),
    answered: async () => {
      const word = await read(ANSWER).catch(() => undefined)
      return WORDS.find((each) => each === word)
    },
    forgetAnswer: async () => await rm(inside(ANSWER), { force: true }),
  }
}

const WORDS: readonly HostAnswer[] = ['confirm', 'rollback']

/** False when there is no folder. Throws when it is not only its owner's, or not this user's. */
async function isOwn(folder: string): Promise<boolean> {
  const seen = await lstat(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw broken(folder, causeInWords(error))
  })
  if (seen === undefined) return false
  if (!seen.isDirectory() || seen.uid !== process.geteuid?.() || (seen.mode & 0o077) !== 0)
    throw broken(folder, 'it is not a folder of root alone, so somebody else may have written what is in there')
  return true
}

const broken = (folder: string, finding: string): HostError =>
  new HostError(
    `${folder}: the journal of the move of this host can't be used: ${finding}; look at the copies in there, put the files back by hand where that is needed, and remove the folder`,
  )
