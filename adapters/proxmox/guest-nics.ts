import type { GuestNics, GuestUnread } from '../../model/guest-nics.ts'
import type { GuestNicReader } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { Api } from './api.ts'
import { guestPending, snapshotList, vmConfig } from './schemas.ts'

/** As many at once as one node may be asked, since they may all be on one. */
const AT_ONCE = 8

const isNic = (key: string): boolean => /^net\d+$/.test(key)

const nicsIn = (config: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => isNic(key)))

/** All NICs of guests, by two reads a guest and one a snapshot. */
export const createGuestNicReader = (api: Pick<Api, 'read'>): GuestNicReader => {
  const configured = async (
    { kind, node, vmid }: GuestSeen,
    signal: AbortSignal,
  ): Promise<Pick<GuestNics, 'nics' | 'waiting' | 'coming'>> => {
    // A container's configuration shows what waits in the place of what is.
    const rows =
      kind === 'lxc'
        ? await api.read('GET /nodes/{node}/lxc/{vmid}/pending', { node, vmid }, {}, guestPending, signal)
        : await api.read('GET /nodes/{node}/qemu/{vmid}/pending', { node, vmid }, {}, guestPending, signal)
    const nics = rows.filter(({ key }) => isNic(key))
    return {
      nics: Object.fromEntries(
        nics.flatMap(({ key, value, pending }): [string, string][] => {
          const now = value ?? pending
          return now === undefined ? [] : [[key, now]]
        }),
      ),
      coming: Object.fromEntries(
        nics.flatMap(({ key, pending }): [string, string][] => (pending === undefined ? [] : [[key, pending]])),
      ),
      waiting: nics.flatMap(({ key, pending, delete: goes }) => ((pending ?? goes) === undefined ? [] : [key])),
    }
  }

  const snapshotsOf = async ({ kind, node, vmid }: GuestSeen, signal: AbortSignal): Promise<GuestNics['snapshots']> => {
    const list =
      kind === 'qemu'
        ? await api.read('GET /nodes/{node}/qemu/{vmid}/snapshot', { node, vmid }, {}, snapshotList, signal)
        : await api.read('GET /nodes/{node}/lxc/{vmid}/snapshot', { node, vmid }, {}, snapshotList, signal)
    const configOf = (snapname: string) =>
      kind === 'qemu'
        ? api.read(
            'GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config',
            { node, vmid, snapname },
            {},
            vmConfig,
            signal,
          )
        : api.read(
            'GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config',
            { node, vmid, snapname },
            {},
            vmConfig,
            signal,
          )
    // The last row is the present.
    const names = list.map(({ name }) => name).filter((name) => name !== 'current')
    const nics = await Promise.all(names.map(async (name) => [name, nicsIn(await configOf(name))] as const))
    return Object.fromEntries(nics)
  }

  const one = async (guest: GuestSeen, signal: AbortSignal): Promise<GuestNics | GuestUnread> => {
    try {
      const [own, snapshots] = await Promise.all([configured(guest, signal), snapshotsOf(guest, signal)])
      return { guest, ...own, snapshots }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Error) || isProxmoxError(error, 'unauthorized')) throw error
      return { guest, why: error.message }
    }
  }

  return {
    async read(guests, signal) {
      const found: (GuestNics | GuestUnread)[] = []
      const left = [...guests]
      const readOn = async (): Promise<void> => {
        for (let guest = left.shift(); guest !== undefined; guest = left.shift()) found.push(await one(guest, signal))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, readOn))
      const inOrder = found.sort((a, b) => a.guest.vmid - b.guest.vmid)
      return {
        guests: inOrder.flatMap((each) => ('why' in each ? [] : [each])),
        unread: inOrder.flatMap((each) => ('why' in each ? [each] : [])),
      }
    },
  }
}
