import { poolOf, type World } from '../../../adapters/simulator/world.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { nameIn } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import { type Content, isPresent } from './acted-on.ts'
import type { CommitChronicle } from './commit-chronicle.ts'
import { digestOf, filesIn } from './forge.ts'

/** Holds a status against what was accepted, and what it says that the range has reached against the cluster. */
export function watchStatus({ id, revisions }: RangeStatus, chronicle: CommitChronicle, world: World): void {
  const range = RANGES.find((each) => each === id)
  if (range === undefined || revisions === undefined) return
  const { seen, actedOn, reached } = revisions
  const isAccepted = (digest: string): boolean =>
    chronicle.line.all.some(({ commit }) => {
      const file = filesIn(commit.content).get(range)
      return file !== undefined && digestOf(file) === digest
    })
  for (const [word, revision] of Object.entries({ seen, actedOn, reached }))
    if (revision !== undefined && revision.digest !== 'gone' && !isAccepted(revision.digest))
      chronicle.violations.push(`${range}: ${word} is what no accepted commit says`)
  const news = chronicle.reachedAnew(range, reached?.digest)
  if (news === undefined || chronicle.isDisturbed(range)) return
  for (const lack of lacks(range, chronicle.actedOn.byDigest(range, news), world))
    chronicle.violations.push(`${range}: is told to have reached its content, and ${lack}`)
}

function lacks(range: RangeId, content: Content, world: World): readonly string[] {
  if (!isPresent(content)) return []
  return ['router', ...Object.keys(content.vms)].flatMap((vm) => {
    const name = nameIn(range, vm)
    const guest = [...world.guests.values()].find(
      ({ vmid, config }) => config.get('name') === name && poolOf(world, vmid)?.poolid === range,
    )
    if (guest === undefined) return [`${name} is not there`]
    const memory = guest.pending.get('memory') ?? guest.config.get('memory')
    const wanted = content.vms[vm]?.ram
    return [
      ...(guest.running === undefined ? [`${name} is off`] : []),
      ...(wanted === undefined || Number(memory) === wanted * 1024
        ? []
        : [`${name} has ${memory} MiB, not ${wanted} GiB`]),
    ]
  })
}

/** What statuses tell, once everything has come to rest, that is not so. */
export function untruths(
  chronicle: CommitChronicle,
  statusOf: (id: string) => RangeStatus | undefined,
): readonly string[] {
  const { line, freezes, waves, actedOn } = chronicle
  const head = line.newest
  if (head === undefined) return []
  return [...line.files()].flatMap(([range, file]) => {
    const told = statusOf(range)?.revisions
    if (told === undefined) return [`${range}: nothing is told of what it has seen`]
    const { seen, held, actedOn: acted } = told
    const isHeldBy =
      held === undefined ||
      (held.reason === 'Frozen' && freezes.isOn(range)) ||
      (held.reason === 'Invalid' && file.broken) ||
      (held.reason === 'WaveHeld' && waves.waitsFor(range, head).length > 0 && !waves.approved.has(head.id))
    const isOpen = held === undefined && !file.broken && acted?.digest !== seen.digest
    return [
      ...(seen.digest === digestOf(file) ? [] : [`${range}: seen is not what the commit in force says`]),
      ...(isHeldBy ? [] : [`${range}: is called ${held.reason}, and nothing holds it: ${held.message}`]),
      ...(isOpen ? [`${range}: nothing holds it, and it does not act on what it has seen`] : []),
      ...(actedOn.record(range)?.seen.digest === seen.digest ? [] : [`${range}: what it has seen is not on disk`]),
    ]
  })
}
