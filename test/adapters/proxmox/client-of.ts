import { connectProxmox } from '../../../adapters/proxmox/connect.ts'
import { createLanes } from '../../../adapters/proxmox/lanes.ts'
import type { Simulator } from '../../../adapters/simulator/start-simulator.ts'
import type { Proxmox } from '../../../model/ports.ts'
import { quiet } from '../../builders/quiet.ts'
import { quickClock } from './quick-clock.ts'

/** The real client against a simulated cluster. */
export function clientOf(
  { url, fingerprint }: Pick<Simulator, 'url' | 'fingerprint'>,
  token: string,
): { readonly proxmox: Proxmox; forget(): Promise<void>; close(): void } {
  const clock = quickClock()
  const lanes = createLanes({ clock, random: () => 0.5, isCongestion: () => false })
  const proxmox = connectProxmox(
    { hosts: [url], token, tls: { kind: 'fingerprint', sha256: fingerprint } },
    { clock, random: () => 0.5, logger: quiet, lanes },
  )
  return {
    proxmox,
    /** What was remembered for some seconds is too old from now on. */
    forget: () => clock.sleep(60_000),
    close: () => proxmox.close(),
  }
}
