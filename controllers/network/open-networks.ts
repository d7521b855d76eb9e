import { type Clock, steadyOf } from '../../model/clock.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { Logger, Proxmox } from '../../model/ports.ts'
import { BridgeMaker } from './bridge-maker.ts'
import { BridgeRepair } from './bridge-repair.ts'
import { deletionsTakenBack } from './deletions-taken-back.ts'
import { FailedActivations } from './failed-activations.ts'
import { NetworkController } from './network-controller.ts'
import { NetworkRepair } from './network-repair.ts'
import { ReloadWatch } from './reload-watch.ts'
import { type LockMetrics, SdnLock } from './sdn-lock.ts'
import { type Repaired, SdnRepair } from './sdn-repair.ts'
import { VnetMaker } from './vnet-maker.ts'
import { VnetRepair } from './vnet-repair.ts'
import { VnetWriter } from './vnet-writer.ts'

/** What everything that runs is given. */
interface Surroundings {
  readonly clock: Clock
  readonly logger: Logger
  /** Aborts when everything is being stopped. */
  readonly signal: AbortSignal
  /** Who counts how the SDN lock fares; nobody, unless given. */
  readonly metrics?: LockMetrics
}

/** The networks of all ranges: whoever makes what ranges want, whoever repairs what nodes lack, and whoever tells what hangs. */
export function openNetworks(
  unwatched: Pick<Proxmox, 'observe' | 'sdn' | 'nics' | 'bridges'>,
  lockStore: SdnLockStore,
  settings: () => PlanSettings,
  { clock, logger, signal, metrics }: Surroundings,
): {
  readonly networks: NetworkController
  /** What `networks` has VNets made by, for whoever makes some without ranges. */
  readonly maker: VnetMaker
  /** Applies again, once, where nodes lack what is applied, for whoever has no `repair` go on beside. */
  readonly repairNow: () => Promise<Repaired>
  readonly repair: NetworkRepair
  readonly reloads: ReloadWatch
  readonly isLockHeld: () => boolean
} {
  const steady = steadyOf(clock)
  const reloads = new ReloadWatch(steady)
  const { sdn, nics, bridges: bridgeWriter } = unwatched
  const proxmox = { sdn, nics, bridges: bridgeWriter, ...reloads.observing(unwatched) }
  const lock = new SdnLock(proxmox.sdn, lockStore, clock, logger, deletionsTakenBack(proxmox, logger), metrics)
  const writer = new VnetWriter(proxmox.sdn, proxmox.nics, reloads, logger, signal)
  const sdnRepair = new SdnRepair(proxmox, writer, lock, settings, signal)
  const vnetRepair = new VnetRepair((hidden) => sdnRepair.repair(hidden), steady)
  const failed = new FailedActivations(steady)
  const bridges = new BridgeMaker(proxmox, failed, logger, signal)
  const vnets = new VnetMaker(proxmox, writer, lock, settings, signal)
  const networks = new NetworkController(vnets, bridges, vnetRepair)
  const between = (work: () => Promise<boolean>): Promise<boolean> => networks.between(work)
  const repair = new NetworkRepair(vnetRepair, new BridgeRepair(bridges, failed), between, logger, signal)
  return {
    networks,
    maker: vnets,
    repairNow: () => sdnRepair.repair(undefined),
    repair,
    reloads,
    isLockHeld: () => lock.isHeld,
  }
}
