import type { Finding } from '../../model/condition.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { makeAgain } from './make-again.ts'

/** Why a begun removal is not carried on: a bridge whose ranges are no longer in the journal: they were put back after its deletion was staged. */
export const wantedAgain = (name: string, { node, staged }: NodeNetworkSeen): Finding => ({
  reason: 'BridgeStays',
  message:
    staged === undefined
      ? `bridge ${name} on node ${node}: its range was put back, and the node's file does not have it any more; ${makeAgain(node, name)}, then run this again`
      : `bridge ${name} on node ${node}: it stays, as its range was put back after its deletion was staged; once that range is moved again, run this again`,
})
