import { z } from 'zod'
import type { Clock } from '../../model/clock.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { GuestSeen, TemplateSeen } from '../../model/snapshot.ts'
import type { Api } from './api.ts'
import { vmConfig } from './schemas.ts'

/** A volume of a template's drive, such as `shared:9000/base-9000-disk-0.qcow2`. */
interface Volume {
  readonly storage: string
  /** A CD image that somebody put in. Cloud-init's is made anew for each clone, like a disk. */
  readonly cdImage: boolean
  readonly bytes: number
}

interface Known {
  readonly name: string | undefined
  readonly volumes: readonly Volume[]
  readonly readAt: number
}

type Place = Pick<TemplateSeen, 'vmid' | 'node'>

/** Where templates have their disks: read from each template's configuration once, then again only now and then. */
export interface Templates {
  /**
   * The templates among the guests. One whose node is off is left out, and one whose configuration its node does not tell in time, or
   * that can't be read, is taken as it was read last, or with why nothing is known of it: it holds up only who needs it.
   *
   * @param online names of the nodes that can be asked
   */
  among(guests: readonly GuestSeen[], online: ReadonlySet<string>, signal: AbortSignal): Promise<TemplateSeen[]>
  /** The storage on which a linked clone's first disk comes to be; undefined for a template without disks. */
  storageOfClones(template: Place, signal: AbortSignal): Promise<string | undefined>
}

const DRIVE = /^(?:(?:scsi|virtio|sata|ide)\d+|efidisk0|tpmstate0)$/
/** Milliseconds after which a template is read again: its disks may have been moved. */
const KEPT = 600_000
const CONFIG = 'GET /nodes/{node}/qemu/{vmid}/config'

const whole = z.object({ data: vmConfig })

/**
 * The volumes of a configuration. A CD image counts: with one on a storage that isn't shared, Proxmox refuses to clone
 * to another node just as it does for a disk.
 */
const volumesOf = (config: Readonly<Record<string, string>>): readonly Volume[] =>
  Object.entries(config)
    .filter(([key]) => DRIVE.test(key))
    .flatMap(([, drive]) => {
      const storage = /^([^:,/]+):/.exec(drive)?.[1]
      if (storage === undefined) return []
      const cdrom = /,media=cdrom(,|$)/.test(drive)
      // A full clone copies disks, and takes CD images over by name.
      const bytes = cdrom ? 0 : bytesOf(/,size=([0-9.]+[KMGT]?)(,|$)/.exec(drive)?.[1] ?? '')
      return [{ storage, cdImage: cdrom && !drive.includes('cloudinit'), bytes }]
    })

const UNITS: Readonly<Record<string, number>> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

/** A disk's size as Proxmox writes it, such as `32G` or `4M`; 0 for none. */
const bytesOf = (size: string): number => Number.parseFloat(size || '0') * (UNITS[size.slice(-1)] ?? 1)

const keyOf = ({ node, vmid }: Place): string => `${node}/${vmid}`

/** Remembers what was read, in memory only. */
export const createTemplates = (api: Pick<Api, 'read' | 'peek'>, clock: Clock): Templates => {
  const known = new Map<string, Known>()

  const keep = (template: Place, name: string | undefined, config: z.output<typeof vmConfig>): Known => {
    const entry = { name, volumes: volumesOf(config), readAt: clock.now() }
    known.set(keyOf(template), entry)
    return entry
  }

  const peek = async (template: Place, name: string, signal: AbortSignal): Promise<Known> => {
    const { node, vmid } = template
    const { data } = await api.peek(CONFIG, { node, vmid }, {}, whole, signal)
    return keep(template, name, data)
  }

  const fresh = (guest: GuestSeen): Known | undefined => {
    const entry = known.get(keyOf(guest))
    return entry && entry.name === guest.name && clock.now() - entry.readAt < KEPT ? entry : undefined
  }

  const seen = async (guest: GuestSeen, reachable: boolean, signal: AbortSignal): Promise<TemplateSeen[]> => {
    const { vmid, node, name } = guest
    const remembered = fresh(guest)
    if (name === undefined || (!remembered && !reachable)) return []
    const seenAs = ({ volumes }: Pick<Known, 'volumes'>): TemplateSeen => {
      const storagesOf = (cds: boolean): readonly string[] => [
        ...new Set(volumes.flatMap(({ storage, cdImage }) => (cdImage === cds ? [storage] : []))),
      ]
      const diskBytes = volumes.reduce((sum, { bytes }) => sum + bytes, 0)
      return { vmid, node, name, storages: storagesOf(false), cdStorages: storagesOf(true), diskBytes }
    }
    try {
      return [seenAs(remembered ?? (await peek(guest, name, signal)))]
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized')) throw error
      if (isProxmoxError(error, 'not-found')) return []
      const last = known.get(keyOf(guest))
      if (last?.name === name) return [seenAs(last)]
      const unread = error instanceof Error ? error.message : String(error)
      return [{ ...seenAs({ volumes: [] }), unread }]
    }
  }

  return {
    async among(guests, online, signal) {
      const templates = guests.filter((guest) => guest.kind === 'qemu' && guest.template)
      const present = new Set(templates.map(keyOf))
      for (const key of known.keys()) if (!present.has(key)) known.delete(key)
      return (await Promise.all(templates.map((guest) => seen(guest, online.has(guest.node), signal)))).flat()
    },
    async storageOfClones(template, signal) {
      const { node, vmid } = template
      const entry =
        known.get(keyOf(template)) ??
        keep(template, undefined, await api.read(CONFIG, { node, vmid }, {}, vmConfig, signal))
      return entry.volumes.find(({ cdImage }) => !cdImage)?.storage
    },
  }
}
