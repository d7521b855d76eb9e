import { ownerMark } from '../../model/identity.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import { Turn } from '../pace/turn.ts'
import type { BridgeMaker } from './bridge-maker.ts'
import { Milestones } from './milestones.ts'
import type { NetworkResult } from './network-result.ts'
import type { VnetMaker } from './vnet-maker.ts'
import type { VnetRepair } from './vnet-repair.ts'
import { type VnetRequest, withdrawnOf } from './vnet-request.ts'

/** Networks that are being made. */
export interface NetworksInMaking {
  /**
   * Resolves when Proxmox has committed VNets and only the nodes' reloads are to come: what needs no network in force can be
   * done meanwhile. Never resolves for bridges, and where nothing is committed.
   */
  readonly committed: Promise<void>
  /** Resolves when all of these nodes have reloaded since then, whatever others do. Never where one does not, and for bridges. */
  readonly inForceOn: (nodes: ReadonlySet<string>) => Promise<void>
  /** The same for the nodes that they were asked for with. */
  readonly inForceHere: Promise<void>
  /** Resolves when the wanted networks are in force, or with what is in the way. */
  readonly made: Promise<NetworkResult>
}

interface NetworkRequest {
  readonly wants: NetworkWants
  readonly check: Check
  readonly onCommitted: () => void
  readonly onReloaded: (nodes: ReadonlySet<string>) => void
}

/** Throws `Withdrawn` when the networks are not wanted like this any more. */
type Check = () => Promise<void>

/** Makes the networks that ranges want, for all of them together: whoever asks while a turn is taken shares the next. */
export class NetworkController {
  readonly #turn: Turn<NetworkRequest, NetworkResult>
  readonly #vnets: VnetMaker
  readonly #bridges: BridgeMaker
  readonly #repair: Pick<VnetRepair, 'applied' | 'applyFailed'>

  /** @param repair told of each apply: one that has ended repairs nodes as well, one that failed may call for a repair */
  constructor(vnets: VnetMaker, bridges: BridgeMaker, repair: Pick<VnetRepair, 'applied' | 'applyFailed'>) {
    this.#vnets = vnets
    this.#bridges = bridges
    this.#repair = repair
    this.#turn = new Turn((requests) => this.#make(requests))
  }

  /** Gives back the SDN lock that an earlier life left behind; to be called once before anything else. */
  giveBackLeftover(): Promise<void> {
    return this.#vnets.giveBackLeftover()
  }

  /**
   * Resolves when the wanted networks are in force, or with what is in the way. One range's trouble stops no other.
   *
   * @param check asked when the turn begins, which may be long after this, and right before each write
   */
  ensure(wants: NetworkWants, check: Check): Promise<NetworkResult> {
    return this.begin(wants, check, new Set()).made
  }

  /** As `ensure`, for whoever has something to do meanwhile. @param here the nodes on which they are needed */
  begin(wants: NetworkWants, check: Check, here: ReadonlySet<string>): NetworksInMaking {
    let onCommitted = (): void => undefined
    const committed = new Promise<void>((resolve) => {
      onCommitted = resolve
    })
    const reloaded = new Milestones()
    const onReloaded = (nodes: ReadonlySet<string>): void => reloaded.reached(nodes)
    return {
      committed,
      inForceOn: (nodes) => reloaded.all(nodes),
      inForceHere: reloaded.all(here),
      made: this.#turn.enter({ wants, check, onCommitted, onReloaded }),
    }
  }

  /** Does what must not happen beside a turn, once no range waits for one: two reloads of a node at once fail. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#turn.between(work)
  }

  /** What to ask for so that a range's bridges are really gone which look gone, since an activation for that failed. */
  unconfirmedRemovals(rangeId: string): NetworkWants | undefined {
    return this.#bridges.unconfirmedRemovals(ownerMark(rangeId))
  }

  async #make(all: readonly NetworkRequest[]): Promise<(request: NetworkRequest) => NetworkResult> {
    const withdrawn = await withdrawnOf(all)
    const requests = all.filter((request) => !withdrawn.has(request))
    const vnets = requests.flatMap(({ wants, ...request }): readonly VnetRequest[] =>
      wants.kind === 'vnets' ? [{ wants, ...request }] : [],
    )
    const bridges = requests.flatMap(({ wants, check }) => (wants.kind === 'bridges' ? [{ wants, check }] : []))
    const ofVnets = vnets.length === 0 ? undefined : await this.#makeVnets(vnets)
    const ofBridges = await this.#bridges.make(bridges)
    return (request) => {
      const { wants } = request
      const taken = withdrawn.get(request)
      if (withdrawn.has(request)) return { kind: 'failed', error: taken }
      return wants.kind === 'bridges' ? ofBridges(wants) : (ofVnets?.answerTo(wants) ?? { kind: 'ready', nodes: [] })
    }
  }

  async #makeVnets(requests: readonly VnetRequest[]): ReturnType<VnetMaker['make']> {
    const turn = await this.#vnets.make(requests)
    switch (turn.applied.kind) {
      case 'none':
      case 'withheld':
      case 'held-up':
        break
      case 'ended':
        this.#repair.applied()
        break
      case 'failed':
        this.#repair.applyFailed(turn.applied.vnets)
        break
    }
    return turn
  }
}
