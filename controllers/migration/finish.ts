import type { MigrationJournal, MigrationJournalStore, NodeBridge } from '../../model/migration-journal.ts'
import type { BridgeWriter } from '../../model/network-ports.ts'
import { always, provided, Withdrawn } from '../../model/permit.ts'
import type { FinishPlan, NodeFinish } from '../../model/plan/finish-plan.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { FinishSeen } from '../../reconcilers/migration/finish-seen.ts'
import { withGoing, withoutGoing, withRemoved } from '../../reconcilers/migration/journal-of-finish.ts'
import { makeAgain } from '../../reconcilers/migration/make-again.ts'
import { foreignStaged, lastReloadOf } from '../../reconcilers/migration/plan-finish.ts'
import { stagedNow } from '../../reconcilers/migration/staged-by-finish.ts'
import { reasons, unanswered } from './why-bridge-is-left.ts'

/** What old bridges are removed with. */
export interface FinishParts {
  readonly bridges: BridgeWriter
  readonly store: MigrationJournalStore
  /** Looks at everything anew. */
  readonly see: () => Promise<FinishSeen>
  readonly planOf: (journal: MigrationJournal, seen: FinishSeen) => FinishPlan
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** What the end of a move came to. */
export interface Finished {
  readonly removed: readonly NodeBridge[]
  /** What went wrong on the way, each with its remedy. */
  readonly troubles: readonly string[]
}

/**
 * Removes old bridges node by node, with one reload of each: their deletion is staged one by one, and then brought into force. Right
 * before each time that a write is sent everything is looked at and planned anew, and the journal tells before it that it is
 * ours. What must not come into force any more is taken back, where nothing but ours is staged.
 *
 * Proxmox has no lock on a node's network: what somebody stages after the last look is brought into force as well.
 */
export class BridgeFinisher {
  readonly #parts: FinishParts
  #journal: MigrationJournal
  readonly #removed: NodeBridge[] = []
  readonly #troubles: string[] = []

  constructor(journal: MigrationJournal, parts: FinishParts) {
    this.#journal = journal
    this.#parts = parts
  }

  async finish(nodes: readonly NodeFinish[]): Promise<Finished> {
    for (const { node, remove, gone, takeBack } of nodes) {
      if (gone.length > 0) await this.#arrived(node, gone)
      if (takeBack) {
        await this.#takeBack(node)
        continue
      }
      const unsure: string[] = []
      for (const bridge of remove) if (await this.#stage(node, bridge, unsure)) unsure.push(bridge)
      if (this.#noteOn(node) !== undefined) await this.#reload(node)
      for (const bridge of unsure) if (!this.#isRemoved(node, bridge)) this.#fail(unanswered(node, bridge))
    }
    return { removed: this.#removed, troubles: this.#troubles }
  }

  /**
   * Stages the deletion of one bridge, if it may go still. One that got no answer may be carried out at any later time.
   *
   * @param unsure those of the node that got none
   * @returns whether this one got none
   */
  async #stage(node: string, bridge: string, unsure: readonly string[]): Promise<boolean> {
    const { bridges, see, planOf, signal, say } = this.#parts
    const check = async (): Promise<void> => {
      const seen = await see()
      const { nodes, stays } = planOf(this.#journal, seen)
      const network = seen.snapshot.nodeNetworks.find((each) => each.node === node)
      const mayGo = nodes.some((each) => each.node === node && each.remove.includes(bridge))
      if (network === undefined || !mayGo) throw new Withdrawn(reasons(stays, `bridge ${bridge} on node ${node}`))
      await this.#write(withGoing(this.#journal, [...unsure, bridge], network, lastReloadOf(node, seen.snapshot)?.upid))
    }
    try {
      await bridges.deleteBridge(node, bridge, provided(check, always(signal)))
      say(`- bridge ${bridge} on node ${node}: its deletion is staged`)
      return false
    } catch (error) {
      signal.throwIfAborted()
      // Whether it was staged the next look tells.
      if (isProxmoxError(error, 'timeout-unknown-outcome')) return true
      if (!(error instanceof Withdrawn) && !isProxmoxError(error)) throw error
      this.#fail(
        error instanceof Withdrawn
          ? error.message
          : `bridge ${bridge} on node ${node}: it is not removed: ${error.message}; mend that, then run this again`,
      )
      await this.#write(withoutGoing(this.#journal, node, [bridge]))
      return false
    }
  }

  /** Brings the staged deletions of a node into force, if they may be still. */
  async #reload(node: string): Promise<void> {
    const { bridges, see, planOf, signal, say } = this.#parts
    let plan: FinishPlan | undefined
    const mine = (): NodeFinish | undefined => plan?.nodes.find((each) => each.node === node)
    const check = async (): Promise<void> => {
      plan = planOf(this.#journal, await see())
      const now = mine()
      if (now === undefined || now.takeBack || now.staged.length + now.unloaded.length === 0)
        throw new Withdrawn(reasons(plan.stays, `node ${node}`))
    }
    try {
      await bridges.activate(node, provided(check, always(signal)))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Withdrawn) await this.#withdraw(node, mine(), error.message)
      else if (isProxmoxError(error)) await this.#notReloaded(node, error.message)
      else throw error
      return
    }
    const going = mine()
    say(`~ node ${node}: its network is reloaded`)
    await this.#arrived(node, [...(going?.staged ?? []), ...(going?.unloaded ?? [])])
  }

  async #withdraw(node: string, now: NodeFinish | undefined, why: string): Promise<void> {
    if (now !== undefined && now.gone.length > 0) return await this.#arrived(node, now.gone)
    this.#fail(why)
    if (now?.takeBack === true) await this.#takeBack(node)
  }

  /** A reload that did not begin leaves what is staged as it is; one that failed has put the file into force before. */
  async #notReloaded(node: string, why: string): Promise<void> {
    const { bridges = [] } = this.#noteOn(node) ?? {}
    const { staged } = await this.#parts.bridges.look(node, this.#parts.signal)
    if (staged === undefined)
      return this.#fail(
        `node ${node}: its reload failed: ${why}; ${bridges.join(', ')} can't be found in its configuration any more and may be there still; put its network in order (ifreload -a on ${node}), then run this again`,
      )
    this.#fail(`node ${node}: its network can't be reloaded: ${why}; see to that, then run this again`)
    await this.#takeBack(node)
  }

  async #takeBack(node: string): Promise<void> {
    const { bridges, signal, say } = this.#parts
    const note = this.#noteOn(node)
    if (note === undefined) return
    const check = async (): Promise<void> => {
      const staged = stagedNow(await bridges.look(node, signal), note)
      if (staged.kind === 'foreign') throw new Withdrawn(foreignStaged(node, note.bridges, staged.interfaces).message)
      if (staged.kind === 'nothing')
        throw new Withdrawn(`node ${node}: what was staged there is gone; run this again to see what became of it`)
    }
    try {
      await bridges.revert(node, provided(check, always(signal)))
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Withdrawn) && !isProxmoxError(error)) throw error
      this.#fail(
        error instanceof Withdrawn
          ? error.message
          : `node ${node}: the staged deletion of ${note.bridges.join(', ')} can't be taken back: ${error.message}; do so (pvesh delete /nodes/${node}/network)`,
      )
      return
    }
    const { interfaces } = await bridges.look(node, signal)
    const back = note.bridges.filter((bridge) => interfaces.some((each) => each.name === bridge))
    const lost = note.bridges.filter((bridge) => !back.includes(bridge))
    if (back.length > 0) say(`~ node ${node}: the staged deletion of ${back.join(', ')} is taken back`)
    await this.#write(withoutGoing(this.#journal, node, back))
    // Somebody's reload was quicker.
    for (const bridge of lost)
      this.#fail(
        `bridge ${bridge} on node ${node}: its deletion came into force before it could be taken back; ${makeAgain(node, bridge)}, or run this again if nothing needs it`,
      )
  }

  /** These are gone for good, unless somebody has made one anew. */
  async #arrived(node: string, names: readonly string[]): Promise<void> {
    const { interfaces } = await this.#parts.bridges.look(node, this.#parts.signal)
    const gone = names.filter((name) => interfaces.every((each) => each.name !== name))
    for (const name of names)
      if (!gone.includes(name))
        this.#fail(`bridge ${name} on node ${node}: somebody has made it anew meanwhile; run this again`)
    await this.#write(withRemoved(withoutGoing(this.#journal, node, names), node, gone))
    this.#removed.push(...gone.map((bridge) => ({ node, bridge })))
  }

  #isRemoved(node: string, bridge: string): boolean {
    return this.#removed.some((each) => each.node === node && each.bridge === bridge)
  }

  #noteOn(node: string) {
    return this.#journal.going?.find((each) => each.node === node)
  }

  #fail(trouble: string): void {
    this.#troubles.push(trouble)
    this.#parts.say(`! ${trouble}`)
  }

  /** On disk before what it tells of is done. */
  async #write(journal: MigrationJournal): Promise<void> {
    await this.#parts.store.write(journal)
    this.#journal = journal
  }
}
