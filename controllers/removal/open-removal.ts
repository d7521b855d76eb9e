import type { Logger, Proxmox } from '../../model/ports.ts'
import type { NetworkController } from '../network/network-controller.ts'
import { RemovalOfMachines } from './removal-of-machines.ts'
import { RemovalOfNetworks } from './removal-of-networks.ts'
import { RemovalOfPool } from './removal-of-pool.ts'
import { RemovalPass } from './removal-pass.ts'
import type { RemovalPlanner } from './removal-planner.ts'

/** The removal of ranges, with its three steps. */
export const openRemoval = (
  planner: RemovalPlanner,
  { machines, pools, nics }: Pick<Proxmox, 'machines' | 'pools' | 'nics'>,
  networks: NetworkController,
  logger: Logger,
): RemovalPass =>
  new RemovalPass(
    planner,
    new RemovalOfMachines(machines),
    new RemovalOfNetworks(networks, nics),
    new RemovalOfPool(pools, logger),
    logger,
  )
