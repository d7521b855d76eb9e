import type { Logger, Proxmox } from '../../model/ports.ts'
import type { NetworkController } from '../network/network-controller.ts'
import type { StatusBoard } from '../report/status-board.ts'
import { RemovalOfMachines } from './removal-of-machines.ts'
import { RemovalOfNetworks } from './removal-of-networks.ts'
import { RemovalOfPool } from './removal-of-pool.ts'
import { RemovalPass } from './removal-pass.ts'
import type { RemovalPlanner } from './removal-planner.ts'
import { RemovalReport } from './removal-report.ts'

/** The removal of ranges, with its three steps. */
export const openRemoval = (
  planner: RemovalPlanner,
  { machines, pools, nics }: Pick<Proxmox, 'machines' | 'pools' | 'nics'>,
  networks: NetworkController,
  board: StatusBoard,
  logger: Logger,
): RemovalPass =>
  new RemovalPass(
    planner,
    new RemovalOfMachines(machines, pools, logger),
    new RemovalOfNetworks(networks, nics),
    new RemovalOfPool(pools, logger),
    (order, source) => new RemovalReport(order, source, board, logger),
  )
