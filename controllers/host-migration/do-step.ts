import { commandOf, type HostStep } from '../../model/host-migration.ts'
import type { HostJournal } from '../../model/host-journal.ts'
import { HostError } from '../../model/host-ports.ts'
import type { HostSeen } from '../../model/host-seen.ts'
import { hasNatAddress, masqueradesOf, whyNotHeld } from '../../reconcilers/host/what-holds.ts'
import type { HostParts } from './host-parts.ts'
import { UNITS } from './look-at-ground.ts'

/** What a step is for may come a moment after its command has ended: a service that starts, a link that comes up. */
const LOOKS = 10
const LOOK_EVERY_MS = 500

/**
 * Does one step of the journal, unless it holds already, and looks whether what should hold then does. Can be done again,
 * wherever it was broken off.
 *
 * @throws HostError with subject and finding
 */
export async function doStep(step: HostStep, journal: HostJournal, parts: HostParts): Promise<void> {
  const { system } = parts
  if (step.kind === 'write') {
    const change = journal.files.find(({ path }) => path === step.path)
    if (change !== undefined) await system.replaceFile(change.path, change.before, change.after)
    return
  }
  if (!isDone(step, await system.look(UNITS), journal)) await attempt(step, journal, parts)
  const why = await whyNotSoon(step, journal, parts)
  if (why !== undefined) throw new HostError(`after ${commandOf(step)}: ${why}`)
}

/** Of a restart it can't be seen whether it came after the file was written, so that is always done. */
function isDone(step: Exclude<HostStep, { kind: 'write' }>, seen: HostSeen, { target, before }: HostJournal): boolean {
  switch (step.kind) {
    case 'restart':
      return false
    case 'up':
      // The bridge's rule is the same as the device's: one more than before is the device's.
      return whyNotHeld(step, seen, target) === undefined && masqueradesOf(seen, target.outgoing) > before.masquerades
    case 'down':
      return !hasNatAddress(seen, step.device)
    case 'add-route':
      return whyNotHeld(step, seen, target) === undefined
    default:
      return step satisfies never
  }
}

async function attempt(
  step: Exclude<HostStep, { kind: 'write' }>,
  journal: HostJournal,
  { system }: HostParts,
): Promise<void> {
  try {
    await system.run(commandOf(step).split(' '))
  } catch (error) {
    // A program that complains may have done its work all the same, and another may have added the route: what holds decides.
    if (!(error instanceof HostError) || whyNotHeld(step, await system.look(UNITS), journal.target) !== undefined)
      throw error
  }
}

/** Why what a step is for does not hold, looked for a moment. */
async function whyNotSoon(
  step: HostStep,
  { target }: HostJournal,
  { system, clock }: HostParts,
): Promise<string | undefined> {
  let why: string | undefined
  for (let look = 1; look <= LOOKS; look += 1) {
    why = whyNotHeld(step, await system.look(UNITS), target)
    if (why === undefined) return undefined
    await clock.sleep(LOOK_EVERY_MS)
  }
  return why
}
