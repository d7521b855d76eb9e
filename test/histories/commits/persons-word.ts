import { printOf } from '../../../controllers/removal/destroy-orders.ts'
import type { RangeId } from '../steps.ts'
import type { CommitArena } from './commit-arena.ts'

/** A person approves of exactly what is asked, as `lanista approve` does. */
export async function approve({ answers, chronicle }: CommitArena, of: 'commit' | 'ranges' | 'waves'): Promise<void> {
  if (of === 'ranges') {
    const waiting = await answers.ranges.asked()
    if (waiting === undefined) return
    chronicle.prunes.approved(waiting.ranges.map(({ id }) => id))
    await answers.ranges.approve(waiting)
    return
  }
  const store = of === 'commit' ? answers.force : answers.waves
  const asked = await store.asked()
  if (asked === undefined) return
  const approved = of === 'commit' ? chronicle.line.approved : chronicle.waves.approved
  approved.add(asked.commit)
  await store.approve(asked.commit)
}

/** A person has a range destroyed, as `lanista destroy` does. */
export async function destroy(arena: CommitArena, rangeId: RangeId): Promise<void> {
  const { answers, chronicle, clock, world } = arena
  const vms = [...(world.pools.get(rangeId)?.vms ?? [])].flatMap((vmid) => {
    const guest = world.guests.get(vmid)
    return guest === undefined ? [] : [{ vmid, name: String(guest.config.get('name') ?? '') }]
  })
  const read = await arena.born().reads(rangeId)
  chronicle.condemn(
    rangeId,
    vms.map(({ name }) => name),
  )
  chronicle.ordered(rangeId, 'revisions' in read ? read.revisions?.actedOn?.digest : undefined)
  await answers.orders.write({ rangeId, at: clock.now(), vms, file: printOf(read), carriedOut: false })
  arena.life().controller.ranges.trigger(rangeId)
}
