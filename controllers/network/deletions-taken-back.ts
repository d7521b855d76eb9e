import type { SdnWriter } from '../../model/network-ports.ts'
import { always } from '../../model/permit.ts'
import type { ClusterObserver, Logger } from '../../model/ports.ts'
import { configOwner } from '../../reconcilers/network-owner.ts'

/**
 * Takes back the deletions of ranges' VNets that are pending under a lock whose holder has broken off. While it was held
 * nobody else could write the SDN, so they are Lanista's own; once it is given back they would be anybody's, and stop the range if it is
 * wanted again. One that is still to go is deleted again. Never throws: the lock is given back all the same.
 */
export const deletionsTakenBack =
  (proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'createVnet'> }, logger: Logger) =>
  async (token: string, signal: AbortSignal): Promise<void> => {
    try {
      const { vnets } = await proxmox.observe(signal)
      for (const { name, configured, running } of vnets) {
        if (configured !== undefined || running === undefined || configOwner(running).kind !== 'range') continue
        logger.info('taking back the deletion of a vnet that was not applied', { vnet: name })
        await proxmox.sdn.createVnet(name, running, token, always(signal))
      }
    } catch (error) {
      logger.warn('what was begun under the SDN lock could not be taken back, and may be pending', { error })
    }
  }
