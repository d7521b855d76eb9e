import { always, provided, Withdrawn } from '../../model/permit.ts'
import type { ApplyWatch, NicReader } from '../../model/network-ports.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { SdnApply, VnetWrite } from '../../model/plan/actions.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { planVnets } from '../../reconcilers/vnet/plan-vnets.ts'
import type { NetworkTrouble, NetworkTroubles } from './network-result.ts'
import { type GuestsSeen, vnetUses, whyItStays } from './network-use.ts'
import type { HeldLock } from './sdn-lock.ts'
import { applyOf } from './vnet-answers.ts'
import { patienceAt } from './reload-watch.ts'
import { demandOf, namesIn, type VnetRequest, withdrawnOf } from './vnet-request.ts'
import type { Applied, VnetWriter } from './vnet-writer.ts'

/** What a turn has written, and for whom. */
export interface Written {
  readonly requests: readonly VnetRequest[]
  readonly apply: SdnApply
  /** Those among the writes that were made. */
  readonly writes: readonly VnetWrite[]
  /** What is in the way of which VNet already. */
  readonly troubles: NetworkTroubles
  /** As seen before the writes. */
  readonly seen: ClusterSnapshot
}

/** What became of it. */
export interface AppliedFor {
  readonly applied: Applied
  /** What is in the way of which VNet, as far as that kept it from being applied. */
  readonly troubles: NetworkTroubles
}

/** What is looked at right before an apply. */
interface Late {
  readonly requests: readonly VnetRequest[]
  readonly troubles: NetworkTroubles
  /** VNets whose writes nobody wants any more, or that must not come into force. */
  readonly unwanted: ReadonlySet<string>
  /** `apply`: it would do what is wanted, and nothing else; `done`: somebody else has applied it. */
  readonly next: 'apply' | 'again' | 'done'
  /** As seen then. */
  readonly now: ClusterSnapshot
}

/**
 * Applies what a turn has written, for as long as it is wanted. Right before each time the apply is sent it looks:
 *
 * - whether a guest has got a NIC on a VNet that is to go, and whether anything else would be brought into force: without a lock
 *   (before Proxmox VE 9) others may have changed the SDN meanwhile, and no lock keeps anybody from staging changes on a node
 * - whether each range still wants what was written for it
 *
 * What nobody wants any more is taken back, so that the rest can be applied without it.
 */
export class VnetApply {
  readonly #look: () => Promise<ClusterSnapshot>
  readonly #nics: NicReader
  readonly #writer: VnetWriter
  readonly #settings: () => PlanSettings
  readonly #signal: AbortSignal

  /** @param look a whole look at the cluster, and at its subnets where the lock does not speak for them */
  constructor(
    look: () => Promise<ClusterSnapshot>,
    nics: NicReader,
    writer: VnetWriter,
    settings: () => PlanSettings,
    signal: AbortSignal,
  ) {
    this.#look = look
    this.#nics = nics
    this.#writer = writer
    this.#settings = settings
    this.#signal = signal
  }

  /** Throws when the cluster can't be seen. */
  async apply({ requests, apply, writes, troubles, seen }: Written, lock: HeldLock): Promise<AppliedFor> {
    let late: Late = { requests, troubles, unwanted: new Set(), next: 'apply', now: seen }
    const isOpen = (name: string): boolean => !late.troubles.has(name)
    for (let open = apply.vnets.filter(isOpen); open.length > 0; open = open.filter(isOpen)) {
      const judge = async (): Promise<void> => {
        late = await this.#judge(late, open, seen)
        if (late.next !== 'apply') throw new Withdrawn('not all of what was written is to be applied any more')
      }
      const permit = provided(judge, always(this.#signal))
      const watch = watchFor(() => late)
      const applied = await this.#writer.apply({ ...apply, vnets: open }, lock, permit, watch)
      if (applied.kind !== 'withheld') return { applied, troubles: late.troubles }
      if (late.next === 'apply') throw applied.error
      if (late.next === 'done') break
      const { unwanted } = late
      const undone = [...writes, ...deletionsLeftIn(seen, open)].filter(({ vnet }) => unwanted.has(vnet))
      await this.#writer.takeBack(undone, seen, lock.token)
    }
    return { applied: { kind: 'none' }, troubles: late.troubles }
  }

  async #judge(before: Late, open: readonly string[], seen: ClusterSnapshot): Promise<Late> {
    const going = goingOf(before.requests, open)
    const used = await this.#used(going, seen)
    const now = await this.#look()
    const newcomers = now.guests.filter(({ vmid }) => !seen.guests.some((guest) => guest.vmid === vmid))
    const isNews = newcomers.length > 0 || now.unseen.length > 0
    const usedByThem = isNews ? await this.#used(going, { ...now, guests: newcomers }) : new Map()
    const gone = await withdrawnOf(before.requests)
    const requests = before.requests.filter((request) => !gone.has(request))
    const wanted = new Set(requests.flatMap(namesIn))
    const unwanted = [...gone].flatMap(([request, error]) =>
      namesIn(request).flatMap((name): [string, NetworkTrouble][] =>
        wanted.has(name) ? [] : [[name, { kind: 'failed', error }]],
      ),
    )
    const demand = demandOf(requests)
    // One that could not be written, or taken back, is somebody's to settle now: whatever else is written does not bring it into force.
    const isWell = ({ name }: { readonly name: string }): boolean => !before.troubles.has(name)
    const standing = { wants: demand.wants.filter(isWell), removals: demand.removals.filter(isWell) }
    const plan = planVnets(standing, now, this.#settings())
    const toTakeBack = new Map([...unwanted, ...used, ...usedByThem].filter(([name]) => open.includes(name)))
    // What is taken back is in nobody's way then, so whether anything else is shows the next time.
    const found = [...(toTakeBack.size > 0 ? [] : plan.findings)].flatMap(
      ([name, finding]): [string, NetworkTrouble][] =>
        open.includes(name) ? [[name, { kind: 'blocked', finding }]] : [],
    )
    const fresh = new Map([...found, ...toTakeBack])
    return {
      requests,
      troubles: new Map([...before.troubles, ...fresh]),
      unwanted: new Set(toTakeBack.keys()),
      next: fresh.size > 0 ? 'again' : applyOf(plan) === undefined ? 'done' : 'apply',
      now,
    }
  }

  /** Those of them that guests have NICs on. */
  async #used(going: readonly string[], seen: GuestsSeen): Promise<NetworkTroubles> {
    if (going.length === 0) return new Map()
    const uses = await vnetUses(going, seen, this.#nics, this.#signal)
    return new Map(
      [...uses].flatMap(([name, use]) => {
        const trouble = whyItStays({ kind: 'vnet', name }, use)
        return trouble === undefined ? [] : [[name, trouble] as const]
      }),
    )
  }
}

/** VNets that an apply would delete, whoever wrote that: an earlier run may have. */
function goingOf(requests: readonly VnetRequest[], open: readonly string[]): readonly string[] {
  const { wants, removals } = demandOf(requests)
  const wanted = new Set(wants.map(({ name }) => name))
  return [...new Set(removals.map(({ name }) => name))].filter((name) => open.includes(name) && !wanted.has(name))
}

/** Deletions that an earlier run has written. */
const deletionsLeftIn = ({ vnets }: ClusterSnapshot, open: readonly string[]): readonly VnetWrite[] =>
  vnets.flatMap(({ name, pending }): VnetWrite[] =>
    pending === 'deleted' && open.includes(name)
      ? [{ kind: 'delete-vnet', vnet: name, reason: 'left by an earlier run' }]
      : [],
  )

/** Tells each range how far the apply of its VNets has come. */
function watchFor(late: () => Pick<Late, 'requests' | 'troubles' | 'now'>): ApplyWatch {
  const told = (tell: (request: VnetRequest) => void): void => {
    const { requests, troubles } = late()
    for (const request of requests) if (!request.wants.vnets.some(({ name }) => troubles.has(name))) tell(request)
  }
  return {
    onCommitted: () => told(({ onCommitted }) => onCommitted()),
    onProgress: ({ through }) => {
      const nodes = new Set([...through].flatMap(([node, why]) => (why === undefined ? [node] : [])))
      told(({ onReloaded }) => onReloaded(nodes))
    },
    patience: (at) => patienceAt(at, late().now),
  }
}
