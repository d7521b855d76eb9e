import type { AgentInterface } from '../../model/guest-agent.ts'
import type { JournalNic } from '../../model/migration-journal.ts'

/** An interface that had addresses before its NIC moved, and has none since. */
export interface LostAddresses {
  /** Such as `net0`. */
  readonly key: string
  /** What the system inside calls it. */
  readonly name: string
  readonly had: readonly string[]
}

/** Another address does: machines get one of their networks, and a new one after their link was lost. */
export const lostAddresses = (
  nics: readonly Pick<JournalNic, 'key' | 'after'>[],
  before: readonly AgentInterface[],
  now: readonly AgentInterface[],
): readonly LostAddresses[] =>
  nics.flatMap(({ key, after }) => {
    const mac = /=((?:[\da-f]{2}:){5}[\da-f]{2})(?:,|$)/i.exec(after)?.[1]?.toLowerCase()
    // Bonds, bridges and VLANs inside a VM share the MAC of their NIC, and one of them may have the address.
    const had = before.filter((each) => each.mac === mac && each.addresses.length > 0)
    const has = now.some((each) => each.mac === mac && each.addresses.length > 0)
    const [first] = had
    if (mac === undefined || first === undefined || has) return []
    return [{ key, name: first.name, had: had.flatMap(({ addresses }) => addresses) }]
  })
