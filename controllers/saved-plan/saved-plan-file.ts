import { randomUUID } from 'node:crypto'
import { constants, open, rename, rm, stat } from 'node:fs/promises'
import { savedPlanSchema, type SavedPlan } from '../../model/saved-plan.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'

/** More than any plan takes, in bytes. */
const LARGEST = 64 * 1024 * 1024

/** Keeps a plan for its owner alone; the file appears whole, or not at all. Throws `UserError` when it can't be written. */
export async function writeSavedPlan(file: string, plan: SavedPlan): Promise<void> {
  const shown = `--out ${printable(file, 4096)}`
  const there = await stat(file).catch(() => undefined)
  if (there !== undefined && !there.isFile()) throw new UserError(`${shown}: it is no file; name one`)
  // A name that was mistyped may be that of a range file.
  if (there !== undefined && there.size > 0 && !(await isPlanThere(file)))
    throw new UserError(`${shown}: there is a file which is no saved plan; name another, or take that away first`)
  const beside = `${file}.${randomUUID()}.tmp`
  try {
    const opened = await open(beside, 'wx', 0o600)
    try {
      await opened.writeFile(`${JSON.stringify(plan, undefined, 2)}\n`)
      await opened.sync()
    } finally {
      await opened.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw new UserError(
      `${shown}: the plan can't be kept there (${whyOf(error)}); name a file in a folder that you may write`,
      error,
    )
  }
}

/** Also one of another version. */
const isPlanThere = async (file: string): Promise<boolean> => {
  const { text } = await read(file).catch(() => ({ text: '' }))
  const value = jsonOf(text)
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'SavedPlan'
}

/** The plan in a file. Throws `UserError` for one that is none, of another version, or that others may have changed. */
export async function readSavedPlan(file: string): Promise<SavedPlan> {
  const shown = `--plan ${printable(file, 4096)}`
  const { text, mode, owner } = await read(file).catch((error: unknown) => {
    throw new UserError(`${shown}: it can't be read (${whyOf(error)}); make one with lanista plan --out`, error)
  })
  if ((mode & 0o022) !== 0)
    throw new UserError(
      `${shown}: others may write to it (mode ${(mode & 0o777).toString(8)}), so it may not be what was looked at; make it again with lanista plan --out`,
    )
  // Root may write to every file anyway.
  if (owner !== 0 && owner !== (process.getuid?.() ?? owner))
    throw new UserError(
      `${shown}: it belongs to another user (${owner}), so it may not be what was looked at; make it again with lanista plan --out, as the user that carries it out`,
    )
  const value = jsonOf(text)
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  const parsed = savedPlanSchema.safeParse(value)
  if (parsed.success) return parsed.data
  if (typeof version === 'number' && version !== 1)
    throw new UserError(
      `${shown}: it is a plan of version ${version}, and this Lanista carries out those of version 1; make it with this one: lanista plan --out`,
    )
  const [issue] = parsed.error.issues
  throw new UserError(
    `${shown}: it is no saved plan (${issue?.path.join('.') ?? ''}: ${printable(issue?.message ?? '')}); make one with lanista plan --out`,
  )
}

interface PlanText {
  readonly text: string
  readonly mode: number
  readonly owner: number
}

async function read(file: string): Promise<PlanText> {
  // A pipe would be waited for until somebody writes to it, and a device may have no end.
  const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const seen = await opened.stat()
    if (!seen.isFile()) throw new Error('it is no file')
    const { mode, size, uid: owner } = seen
    if (size > LARGEST) throw new Error('it is too large for a plan')
    return { text: await opened.readFile('utf8'), mode, owner }
  } finally {
    await opened.close()
  }
}

/** Without the name of a file that nobody has named. */
const whyOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/, \w+ '.*$/s, '')

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
