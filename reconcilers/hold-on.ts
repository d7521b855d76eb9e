import type { Finding } from '../model/condition.ts'
import type { GuestSeen } from '../model/snapshot.ts'

/** The reason of a hold on a range whose VMs are on bridges where ranges get VNets. */
export const NOT_MIGRATED = 'NotMigrated'

/**
 * Why nothing of a range is changed on account of a move of networks; undefined where nothing is in the way. One that is called to be on
 * its bridges may be made anew on VNets, or removed, once it has no VM.
 *
 * @param held range id -> why, for all ranges
 */
export const holdOn = (
  rangeId: string,
  held: ReadonlyMap<string, Finding>,
  guests: readonly Pick<GuestSeen, 'pool'>[],
): Finding | undefined => {
  const found = held.get(rangeId)
  const isHeld = found?.reason !== NOT_MIGRATED || guests.some(({ pool }) => pool === rangeId)
  return isHeld ? found : undefined
}
