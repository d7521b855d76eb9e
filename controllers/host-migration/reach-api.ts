import type { HostParts } from './host-parts.ts'

/** How often in a row no host of the API answers before it counts as out of reach, and how long is waited in between. */
const TRIES = 3
const TRY_EVERY_MS = 2000

/** Why Proxmox' API can't be reached any more, or undefined when it can: one answer that gets lost is no reason. */
export async function whyApiLost({ probe, clock }: Pick<HostParts, 'probe' | 'clock'>): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    const complaint = await probe()
    if (complaint === undefined) return undefined
    if (tries === TRIES) return `Proxmox API: it can't be reached any more (${complaint})`
    await clock.sleep(TRY_EVERY_MS)
  }
}
