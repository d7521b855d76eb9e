import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { Logger } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Drift } from '../../model/range-spec.ts'
import type { AuditStanding } from '../../model/watched.ts'
import type { VmStatus } from '../../model/range-status.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { nicsOf, type RangeNetworks } from '../../reconcilers/vm/config-patch.ts'
import { nicOfVlan, type NicOfVlan } from '../../reconcilers/vm/find-drift.ts'
import { isNew } from '../../reconcilers/vm/first-start.ts'
import { type DriftJudgement, judgeDrift } from '../../reconcilers/vm/judge-drift.ts'
import { asSeen, lookAtMachine, type VmSight } from '../../reconcilers/vm/vm-look.ts'
import { VmBackoff } from './vm-backoff.ts'
import { Outdated, type Permit } from '../../model/permit.ts'

/** A VM that exists and is as its plan wants it, but for what its configuration says. */
export interface AuditWork {
  readonly plan: VmPlan
  readonly node: string
  readonly networks: RangeNetworks
  readonly drift: Drift
  /** Its network has just been made anew, so that its NICs may hang on nothing. */
  readonly isRemade: boolean
  readonly permit: Permit
}

/** What a VM's status tells of the last look at its configuration. */
export type AuditFound = Pick<VmStatus, 'trouble' | 'reason' | 'remark'>

interface Known {
  readonly rangeId: string
  readonly name: string
  readonly vmid: number
  /** What it was compared with. */
  readonly asked: string
  /** When it was compared, or would have been for its turn to come at the right time. */
  readonly at: number
  /** Since when its turn has come, where `at` does not tell. */
  readonly dueSince: number | undefined
  readonly nics: NicOfVlan
  readonly found: AuditFound
  readonly outcome: Outcome
  readonly toBeConfigured: boolean
}

const NOTHING: AuditFound = { trouble: undefined, remark: undefined }
const SETTLED: Outcome = { kind: 'settled' }

/** So often a configuration that changes under the look is looked at again at once. */
const LOOKS_AT_MOST = 3

/**
 * Compares the configurations of existing VMs with their range files, each in its turn: once in `auditMs`, spread over
 * that time, and at once when what the file asks of it has changed, in this life or in one that did not live to see it done. In
 * between it costs no request. Remembers in memory what it found, and nothing that would not be found again.
 */
export class ConfigAudit {
  readonly #machines: Pick<Machines, 'audit' | 'configure' | 'read'>
  readonly #pools: Pick<Pools, 'read'>
  readonly #settings: () => Pick<PlanSettings, 'auditMs'>
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  readonly #backoff: VmBackoff
  readonly #isInFlight: (rangeId: string) => boolean
  readonly #known = new Map<string, Known>()
  #spread = true

  /**
   * @param clock a steady one
   * @param isInFlight whether a range was not Ready yet with what is in force of its file: until it is, nothing is taken for compared
   *   that an earlier life may have left as it was
   */
  constructor(
    {
      machines,
      pools,
    }: {
      readonly machines: Pick<Machines, 'audit' | 'configure' | 'read'>
      readonly pools: Pick<Pools, 'read'>
    },
    settings: () => Pick<PlanSettings, 'auditMs'>,
    clock: Pick<Clock, 'now'>,
    random: () => number,
    logger: Logger,
    isInFlight: (rangeId: string) => boolean = () => false,
  ) {
    this.#machines = machines
    this.#pools = pools
    this.#settings = settings
    this.#clock = clock
    this.#logger = logger
    this.#backoff = new VmBackoff(clock, random)
    this.#isInFlight = isInFlight
  }

  /** From now on a VM that is seen for the first time is looked at, too: whoever runs once has no later turn. */
  waitForNoTurn(): void {
    this.#spread = false
    this.#backoff.expectNoLaterTurn()
  }

  /** What failed at VMs of the range need not wait any longer. */
  restart(rangeId: string): void {
    this.#backoff.restart(rangeId)
  }

  /** What the last look at that VM found. */
  found(rangeId: string, { spec, vmid }: VmPlan): AuditFound {
    const known = this.#known.get(keyOf(rangeId, spec.name))
    return known?.vmid === vmid ? known.found : NOTHING
  }

  /** Whether the last look found that the VM is off and was never configured. */
  isToBeConfigured(rangeId: string, { spec, vmid }: VmPlan): boolean {
    const known = this.#known.get(keyOf(rangeId, spec.name))
    return known?.vmid === vmid && known.toBeConfigured
  }

  /**
   * How far it lags behind: VMs whose turn has come and that nobody has looked at since.
   *
   * @param isExpected whether a VM is one that its range's passes would have compared
   */
  standing(isExpected: (rangeId: string, name: string, vmid: number) => boolean): AuditStanding {
    const now = this.#clock.now()
    let due = 0
    let oldest = now
    for (const { rangeId, name, vmid, at, dueSince } of this.#known.values()) {
      const since = dueSince ?? at + this.#settings().auditMs
      if (since >= now || !isExpected(rangeId, name, vmid)) continue
      due += 1
      oldest = Math.min(oldest, since)
    }
    return { due, lagSeconds: (now - oldest) / 1000 }
  }

  /** Looks at a VM when it is its turn, and corrects what is to be corrected. Never throws. */
  async check(work: AuditWork): Promise<Outcome> {
    const { plan, networks } = work
    const key = keyOf(networks.rangeId, plan.spec.name)
    const asked = askedOf(work)
    const before = this.#known.get(key)
    const known = before?.vmid === plan.vmid ? before : this.#firstSeen(work, asked)
    this.#known.set(key, known)
    const isDue =
      (work.isRemade && !isNew(plan)) ||
      known.asked !== asked ||
      this.#clock.now() >= known.at + this.#settings().auditMs
    if (!isDue) return known.outcome
    const wait = this.#backoff.waits(networks.rangeId, plan.spec.name, causeOf(work))
    if (wait !== undefined) return wait.outcome
    try {
      const next = await this.#look(work, known)
      this.#backoff.forget(networks.rangeId, plan.spec.name)
      if (next === undefined) return SETTLED
      const { held, ...news } = next
      // What could not be corrected yet is looked at again in the next pass.
      const isOpen = held || news.toBeConfigured
      this.#known.set(key, { ...known, ...news, asked, ...this.#turn(isOpen, known) })
      return next.outcome
    } catch (error) {
      return this.#failed(key, work, known, error)
    }
  }

  #firstSeen(work: AuditWork, asked: string): Known {
    const { plan, networks } = work
    const fresh = isNew(plan)
    const isSpread = fresh || (this.#spread && !this.#isInFlight(networks.rangeId))
    const now = this.#clock.now()
    return {
      rangeId: networks.rangeId,
      name: plan.spec.name,
      vmid: plan.vmid,
      asked,
      at: isSpread ? now - this.#settings().auditMs * shareOf(plan.vmid) : Number.NEGATIVE_INFINITY,
      dueSince: isSpread ? undefined : now,
      nics: fresh ? asWritten(work) : new Map(),
      found: NOTHING,
      outcome: SETTLED,
      toBeConfigured: false,
    }
  }

  async #look(
    { plan, node, networks, drift, permit }: AuditWork,
    known: Known,
  ): Promise<(Pick<Known, 'nics' | 'found' | 'outcome' | 'toBeConfigured'> & { readonly held: boolean }) | undefined> {
    const { spec: vm, vmid } = plan
    for (let look = 1; ; look += 1) {
      const read = await this.#machines.audit(node, vmid, networks.names.zones ?? [], permit)
      // Whose VM that is now, and what becomes of it, the next pass will see.
      if (read === undefined || read.template || read.name !== vm.name) return undefined
      const judged = judgeDrift({ vm, networks, drift, read, known: known.nics })
      const wanted = [...known.nics].filter(([vlan]) => networks.vlans.includes(vlan))
      const nics = new Map([...wanted, ...nicOfVlan(networks, read)])
      // Whoever plugs it in again is to see that it is noticed.
      const held = judged.held || read.unplugged.length > 0
      if (judged.patch === undefined) return { nics, held, ...knownOf(judged) }
      if (look > LOOKS_AT_MOST) throw new Error(`its configuration keeps changing while it is corrected`)
      const place = { node, vmid, rangeId: networks.rangeId }
      const now = await lookAtMachine(this.#sight, place, permit.signal)
      if (!now.inPool) return undefined
      // Somebody has changed it since it was compared: it is compared anew.
      if (now.read?.digest !== judged.patch.digest) continue
      const asNow = asSeen(now, this.#sight, place, permit)
      try {
        permit.signal.throwIfAborted()
        await this.#machines.configure(node, vmid, judged.patch, asNow)
        const fields = Object.keys(judged.patch.set).join(', ')
        this.#logger.info('vm corrected', { range: networks.rangeId, vm: vm.name, fields })
      } catch (error) {
        if (!(error instanceof Outdated) && !isProxmoxError(error, 'conflict', 'timeout-unknown-outcome')) throw error
      }
    }
  }

  /** When it is looked at next: at once, or when its turn comes again. */
  #turn(isOpen: boolean, { at, dueSince }: Known): Pick<Known, 'at' | 'dueSince'> {
    const now = this.#clock.now()
    if (!isOpen) return { at: now, dueSince: undefined }
    // One whose turn had not come was looked at as something else was asked of it.
    return { at: Number.NEGATIVE_INFINITY, dueSince: dueSince ?? Math.min(now, at + this.#settings().auditMs) }
  }

  get #sight(): VmSight {
    return { machines: this.#machines, pools: this.#pools, now: () => this.#clock.now() }
  }

  #failed(key: string, work: AuditWork, known: Known, error: unknown): Outcome {
    const { plan, networks, permit } = work
    const failed = outcomeOfError(error)
    if (permit.signal.aborted || !('error' in failed)) return failed
    const { name } = plan.spec
    this.#logger.warn('vm is not compared', { range: networks.rangeId, vm: name, error: failed.error })
    const { trouble, outcome } = this.#backoff.failed(networks.rangeId, name, causeOf(work), {
      kind: failed.kind,
      phase: plan.phase,
      error: `vm ${name}: its configuration could not be compared or corrected: ${failed.error}`,
    })
    this.#known.set(key, {
      ...known,
      ...this.#turn(true, known),
      found: { ...known.found, trouble, reason: undefined },
      outcome,
    })
    return outcome
  }
}

const keyOf = (rangeId: string, name: string): string => `${rangeId}/${name}`

/** Everything of the range file that the comparison depends on, as one text. */
const askedOf = ({ plan: { spec }, networks, drift }: AuditWork): string =>
  JSON.stringify([spec.cpus, spec.memoryMiB, spec.balloonMiB, spec.role, nicsOf(spec, networks), networks.names, drift])

/** All that a look, and what is written after it, depends on. */
const causeOf = (work: AuditWork): string => JSON.stringify([askedOf(work), work.plan.vmid, work.node])

/** The NICs of a router that has just been configured. */
const asWritten = ({ plan: { spec }, networks }: AuditWork): NicOfVlan =>
  new Map(nicsOf(spec, networks).flatMap(({ vlan }, index) => (vlan === undefined ? [] : [[vlan, `net${index}`]])))

/** 0..1, evenly over VMIDs, always the same for one. */
const shareOf = (vmid: number): number => ((vmid * 2_654_435_761) % 2 ** 32) / 2 ** 32

const knownOf = ({
  trouble,
  reason,
  remark,
  held,
  toBeConfigured,
}: DriftJudgement): Pick<Known, 'found' | 'outcome' | 'toBeConfigured'> => ({
  toBeConfigured,
  found: { trouble, remark, ...(reason === undefined ? {} : { reason }) },
  outcome: held
    ? { kind: 'retry', error: trouble ?? remark ?? '' }
    : trouble === undefined
      ? SETTLED
      : { kind: 'stalled', error: trouble },
})
