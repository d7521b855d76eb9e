import type { Finding } from '../../model/condition.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { networkModeOf } from '../network-mode.ts'
import { bridgesHidden, guestsUnlisted, nicsHidden, sdnHidden } from '../not-visible.ts'
import { whySilent } from '../silent-node.ts'
import type { FinishSeen, FinishSettings } from './finish-seen.ts'

/** Why no old bridge at all can go: something can't be seen that may name any of them, or ranges get bridges still. */
export function whyNothingGoes(
  { snapshot, counted, unread, guests }: FinishSeen,
  settings: FinishSettings,
): readonly Finding[] {
  const mode = networkModeOf(snapshot, settings)
  const subject = 'each old bridge'
  const consequence = 'so none is removed'
  const told = new Set(snapshot.nodeNetworks.map(({ node }) => node))
  const silent = snapshot.nodes.flatMap(({ name }): string[] => {
    const why = whySilent(name, snapshot)
    if (why !== undefined)
      return [
        `node ${name}: it ${why}; until then it is not known what is on the old bridges there, so none is removed`,
      ]
    return told.has(name)
      ? []
      : [`node ${name}: it does not tell its network, so no old bridge is removed; see that it answers`]
  })
  const read = new Set([...guests, ...unread].map(({ guest }) => guest.vmid))
  const came = typeof counted === 'string' ? [] : counted.guests.filter(({ vmid }) => !read.has(vmid))
  const unknown = [
    ...(typeof counted === 'string'
      ? [
          `the guests can't be counted: ${counted}; one may be on an old bridge, so none is removed; see that each node answers, then run this again`,
        ]
      : []),
    ...unread.map(
      ({ guest, why }) =>
        `${guest.kind === 'lxc' ? 'container' : 'VM'} ${guest.vmid} can't be read: ${why}; it may be on an old bridge, so none is removed`,
    ),
    ...came.map(
      ({ vmid, node }) => `VM ${vmid} on ${node} came while this looked, so no old bridge is removed; run this again`,
    ),
  ]
  return [
    ...(mode === 'vnets' ? [] : [modeFinding(mode)]),
    ...(snapshot.quorate ? [] : [NO_QUORUM]),
    ...[
      nicsHidden(subject, snapshot) ?? (typeof counted === 'string' ? undefined : nicsHidden(subject, counted)),
      typeof counted === 'string' ? undefined : guestsUnlisted(subject, counted.unlisted),
      bridgesHidden(subject, consequence, snapshot),
      sdnHidden(subject, consequence, snapshot),
    ].flatMap((finding) => (finding === undefined ? [] : [forCommand(finding)])),
    ...[...silent, ...unknown].map((message) => ({ reason: 'NotVisible', message })),
  ]
}

/** Findings are worded for what tries again by itself. */
const forCommand = ({ reason, message }: Finding): Finding => ({
  reason,
  message: message.replace(/; this goes on by itself then$/, '; then run this again'),
})

const modeFinding = (mode: 'bridges' | Finding): Finding =>
  typeof mode === 'object'
    ? mode
    : {
        reason: 'RangesGetBridges',
        message:
          'the old bridges: ranges get bridges here still, so none is removed; set cluster_mode: true (or take cluster_mode: false away), then run this again',
      }
