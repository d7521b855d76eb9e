import type { Finding } from '../../model/condition.ts'
import { always, type Permit, provided, Withdrawn } from '../../model/permit.ts'
import type { BridgeAction } from '../../model/plan/actions.ts'
import type { BridgeWants } from '../../model/plan/network-plan.ts'
import type { BridgeWriter } from '../../model/network-ports.ts'
import type { Logger } from '../../model/ports.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { namesOf, only } from '../../reconcilers/bridge/bridge-wants.ts'
import type { planBridges } from '../../reconcilers/bridge/plan-bridges.ts'
import { stagedDeletions } from '../../reconcilers/bridge/staged-deletions.ts'
import { deletionInUse } from '../../reconcilers/network-in-use.ts'
import { downFinding, undoneFinding } from './bridge-findings.ts'
import { type BridgeRequest, isAbout } from './bridge-request.ts'
import type { FailedActivations } from './failed-activations.ts'
import type { firstInUse, NetworkAt } from './network-use.ts'
import { withdrawnOf } from './vnet-request.ts'

export type BridgeWrite = Exclude<BridgeAction, { kind: 'activate-network' }>

/** What is looked at right before an activation. */
interface Late {
  readonly now: NodeNetworkSeen
  /** What is in the way of which bridge. */
  readonly all: ReadonlyMap<string, Finding>
  /** The bridges that would be brought into force. */
  readonly waiting: readonly string[]
}

/** Plans a node's bridges by its network as it is just now. */
export type PlanOf = (
  wants: BridgeWants,
  network: NodeNetworkSeen,
  before?: NodeNetworkSeen,
) => ReturnType<typeof planBridges>

/** What an activation is decided with. */
export interface ActivationParts {
  readonly bridges: BridgeWriter
  readonly planOf: PlanOf
  /** By the guests that there are just now. */
  readonly firstInUse: (bridges: readonly NetworkAt[]) => ReturnType<typeof firstInUse>
  readonly failed: FailedActivations
}

/** Brings what is staged for bridges into force, as long as it is wanted, or takes it back. */
export class BridgeActivation {
  readonly #bridges: BridgeWriter
  readonly #plan: PlanOf
  readonly #firstInUse: ActivationParts['firstInUse']
  readonly #failed: FailedActivations
  readonly #logger: Logger
  readonly #signal: AbortSignal

  constructor({ bridges, planOf, firstInUse: inUse, failed }: ActivationParts, logger: Logger, signal: AbortSignal) {
    this.#bridges = bridges
    this.#plan = planOf
    this.#firstInUse = inUse
    this.#failed = failed
    this.#logger = logger
    this.#signal = signal
  }

  /** Undoes what was staged for bridges that nobody wants like this any more. */
  async takeBack(written: readonly BridgeWrite[]): Promise<void> {
    const bridges = this.#bridges
    const permit = always(this.#signal)
    for (const { kind, node, bridge, mark } of written) {
      if (kind === 'update-bridge') continue
      this.#logger.info('taking back what was staged for a bridge', { node, bridge })
      if (kind === 'create-bridge') await bridges.deleteBridge(node, bridge, permit)
      else await bridges.createBridge(node, bridge, mark, permit)
    }
  }

  /**
   * Activates these bridges once, if nothing is in the way. Resolves with what is; throws when Proxmox fails.
   *
   * @returns `withdrawn`: some of it is not wanted any more, so nothing was activated
   */
  async bringUp(
    wants: BridgeWants,
    before: NodeNetworkSeen,
    requests: readonly BridgeRequest[],
  ): Promise<ReadonlyMap<string, Finding> | 'withdrawn'> {
    if (namesOf(wants).length === 0) return new Map()
    const { node } = wants
    const goes = [...wants.removals.map(({ name }) => name), ...stagedDeletions(before).keys()]
    const usedOfThem = () => this.#firstInUse(goes.map((name) => ({ kind: 'bridge', name, node })))
    const inUse = await usedOfThem()
    if (inUse?.use.kind === 'unknown') throw inUse.use.error
    if (inUse?.use.kind === 'used') {
      const finding = deletionInUse(inUse.network.name, node, inUse.use.by)
      return new Map(namesOf(wants).map((name) => [name, finding]))
    }
    if (inUse?.use.kind === 'hidden') {
      const { finding } = inUse.use
      return new Map(namesOf(wants).map((name) => [name, finding]))
    }
    const lookAgain = async (): Promise<Late> => lateOf(this.#plan, wants, await this.#look(node), before)
    const first = await lookAgain()
    const { all, waiting, now } = first
    if (waiting.length === 0) return all
    let why: 'looks otherwise' | 'withdrawn' | undefined
    let asked = 0
    const check = async (): Promise<void> => {
      asked += 1
      const late = asked === 1 ? first : await lookAgain()
      if (late.waiting.join() !== waiting.join()) why = 'looks otherwise'
      // A guest may have got its NIC while it could not be sent.
      else if (asked > 1 && (await usedOfThem()) !== undefined) why = 'looks otherwise'
      else if ((await withdrawnOf(requests.filter((each) => isAbout(each, waiting)))).size > 0) why = 'withdrawn'
      if (why !== undefined) throw new Withdrawn(`node ${node}: not all of what is staged is to be activated any more`)
    }
    try {
      await this.#activate(only(wants, waiting), now, provided(check, always(this.#signal)))
    } catch (error) {
      if (why === 'withdrawn') return 'withdrawn'
      throw error
    }
    const { interfaces } = await this.#look(node)
    const wanted = wants.bridges.map(({ name }) => name).filter((name) => waiting.includes(name))
    const down = wanted.filter((name) => !interfaces.some((seen) => seen.name === name && seen.active))
    return new Map([...all, ...down.map((name) => [name, downFinding(name, node)] as const)])
  }

  async #activate(wants: BridgeWants, seen: NodeNetworkSeen, permit: Permit): Promise<void> {
    const { node } = wants
    this.#signal.throwIfAborted()
    this.#logger.info("activating the node's network", { node, bridges: namesOf(wants) })
    try {
      await this.#bridges.activate(node, permit)
      this.#failed.succeeded(node)
    } catch (error) {
      if (!(error instanceof Withdrawn)) this.#failed.failed(wants, seen, error)
      throw error
    }
  }

  #look(node: string): Promise<NodeNetworkSeen> {
    return this.#bridges.look(node, this.#signal)
  }
}

/** What an activation would bring into force, as the node's network is just now. */
function lateOf(planOf: PlanOf, wants: BridgeWants, now: NodeNetworkSeen, before: NodeNetworkSeen): Late {
  const { actions, findings } = planOf(wants, now, before)
  const undone = actions.flatMap((action) => ('bridge' in action ? [action.bridge] : []))
  return {
    now,
    all: new Map([...findings, ...undone.map((name) => [name, undoneFinding(name, wants.node)] as const)]),
    waiting: waitingFor(actions).filter((name) => !undone.includes(name)),
  }
}

/** The bridges that wait for the activation that a plan ends with. */
export const waitingFor = (actions: readonly BridgeAction[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'activate-network' ? action.bridges : []))
