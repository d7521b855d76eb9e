import type { Clock } from '../../model/clock.ts'
import type { NicLooks } from '../../model/nic-look.ts'
import type { Api } from './api.ts'
import type { Lanes } from './lanes.ts'
import type { Plugs } from './plugs.ts'
import { guestPending, vmConfig, vmStatus } from './schemas.ts'
import { unlessAbsent } from './unless-absent.ts'
import { unpluggedOf } from './unplugged.ts'

interface Deps {
  readonly api: Pick<Api, 'read'>
  readonly lanes: Pick<Lanes, 'onNode'>
  readonly plugs: Plugs
  /** A steady one, the one of `plugs`. */
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Looks at NICs by two reads at once: what waits for a boot comes with what is, and with the digest of the configuration
 * (08-qemu-create-config). One more a zone and node where taps are asked for.
 */
export const createNicLooks = ({ api, lanes, plugs, clock }: Deps): NicLooks => ({
  look: (node, vmid, zones, wanted, since) =>
    lanes.onNode(
      node,
      async () => {
        const { signal } = wanted
        const names = { node, vmid }
        const [rows, status] = await Promise.all([
          unlessAbsent(api.read('GET /nodes/{node}/qemu/{vmid}/pending', names, {}, guestPending, signal)),
          unlessAbsent(api.read('GET /nodes/{node}/qemu/{vmid}/status/current', names, {}, vmStatus, signal)),
        ])
        if (rows === undefined || status === undefined) return undefined
        const running = status.status === 'running'
        const isNic = ({ key }: { readonly key: string }): boolean => /^net\d+$/.test(key)
        const nics = Object.fromEntries(
          rows.filter(isNic).flatMap((row): [string, string][] => {
            const text = row.delete === undefined ? (row.pending ?? row.value) : undefined
            return text === undefined ? [] : [[row.key, text]]
          }),
        )
        const valueOf = (name: string): string | undefined => rows.find(({ key }) => key === name)?.value
        const digest =
          valueOf('digest') ??
          (await api.read('GET /nodes/{node}/qemu/{vmid}/config', names, {}, vmConfig, signal))['digest']
        const isAsked = running && zones.length > 0
        const taps = isAsked
          ? await unpluggedOf({ node, vmid, config: nics }, zones, plugs, signal, since ?? 'now')
          : { unplugged: [] }
        return {
          running,
          process:
            running && status.pid !== undefined
              ? { node, pid: status.pid, uptimeSeconds: status.uptime ?? 0 }
              : undefined,
          lock: status.lock ?? valueOf('lock'),
          digest: digest ?? '',
          nics,
          waiting: rows
            .filter(isNic)
            .flatMap(({ key, pending, delete: goes }) => (pending === undefined && goes === undefined ? [] : [key])),
          unplugged: taps.unplugged,
          untold: ('untold' in taps ? taps.untold : undefined) ?? (isAsked ? [] : Object.keys(nics)),
          agent: /(?:^|,)(?:enabled=)?1(?:,|$)/.test(valueOf('agent') ?? ''),
        }
      },
      wanted,
    ),
  now: () => clock.now(),
})
