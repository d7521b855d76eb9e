import type { Clock } from '../../model/clock.ts'
import type { Machines } from '../../model/machine-ports.ts'
import type { NicLook, NicLooks } from '../../model/nic-look.ts'
import { always } from '../../model/permit.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { heldBy } from '../../reconcilers/migration/held-by.ts'
import { BRIDGES } from '../../reconcilers/migration/journal-zones.ts'
import { isSameText } from '../../reconcilers/migration/old-networks.ts'
import { isReplugging, replugged } from '../../reconcilers/migration/replug.ts'

/** One NIC, where it is by now. */
export interface NicPlace {
  readonly node: string
  readonly vmid: number
  /** Such as `net0`. */
  readonly key: string
}

/** A NIC's text as it should be now, and as it is to be. */
export interface NicChange {
  readonly expected: string
  readonly wanted: string
  /** What it is to be on. */
  readonly onto: 'vnets' | 'bridges'
}

/** What came of a NIC. `why`: the end of a sentence about it. */
export type NicPut =
  /** `seen`: its tap was seen on that bridge, or it is off; not every node tells. `look`: the one that says so. */
  | { readonly kind: 'there'; readonly seen: boolean; readonly look: NicLook }
  /** Its node has no such VM, or that has no such NIC any more. */
  | { readonly kind: 'gone'; readonly what: 'vm' | 'nic' }
  | { readonly kind: 'failed'; readonly why: string }

/** What is known of a NIC before it is looked at. */
export interface KnownOfNic {
  /** Seen since its last write. */
  readonly look?: NicLook
  /** Why Proxmox did not take the write before. */
  readonly refused?: string | undefined
  /** What nodes have told of bridges since then does, by the clock of looks. */
  readonly since?: number
}

/** What NICs are written with. */
export interface NicWriterParts {
  readonly machines: Pick<Machines, 'configure'>
  readonly nicLooks: NicLooks
  readonly clock: Pick<Clock, 'sleep'>
}

/** What came of a write, besides that nothing is known of it. */
interface Sent {
  /** Why Proxmox did not take it. */
  readonly refused?: string
  /** Why it is not known whether it did. */
  readonly silent?: string
}

/** Each write may be refused since the configuration has changed, or get no answer; then it is looked at again. */
const LOOKS_AT_MOST = 7

/**
 * Puts one NIC onto another network, and proves that it is there: its configuration says so, nothing of it waits for a boot, and of a
 * running VM its tap hangs on that bridge. Nothing is believed of a write: Proxmox answers well where a hot-plug left the
 * tap on no bridge (seen on Proxmox VE 9.1), and that is put right.
 */
export class NicWriter {
  readonly #parts: NicWriterParts
  readonly #zones: Readonly<Record<NicChange['onto'], readonly string[]>>
  readonly #signal: AbortSignal

  /** @param zones those of the networks that NICs are on before and after; `localnetwork` has the bridges */
  constructor(parts: NicWriterParts, zones: readonly string[], signal: AbortSignal) {
    this.#parts = parts
    this.#zones = { vnets: zones.filter((zone) => zone !== BRIDGES), bridges: [BRIDGES] }
    this.#signal = signal
  }

  /**
   * The NICs of a VM, but not their taps.
   *
   * @returns why it can't be read, as the end of a sentence about it; undefined where its node has no such VM
   */
  look({ node, vmid }: Omit<NicPlace, 'key'>): Promise<NicLook | string | undefined> {
    return this.#read({ node, vmid }, [])
  }

  /** Why nothing may be written to a NIC that is not there yet, as it was seen; as the end of a sentence about it. */
  whyNot(place: NicPlace, { expected, wanted }: NicChange, { nics, lock }: NicLook): string | undefined {
    const is = nics[place.key]
    if (is === undefined) return undefined
    // What an earlier life left that was cut off while it plugged the NIC in anew, on its way here or there.
    const isCutOff = isReplugging(is, wanted) || isReplugging(is, expected)
    if (!isSameText(is, expected) && !isSameText(is, wanted) && !isCutOff)
      return `somebody has changed it meanwhile: it is ${is}, and was ${expected}`
    return lock === undefined ? undefined : heldBy(lock, place, 'its VM')
  }

  /** The clock of looks. */
  now(): number {
    return this.#parts.nicLooks.now()
  }

  /**
   * Sends one write against exactly what was seen, and looks at nothing after.
   *
   * @returns why Proxmox did not take it, where that is certain
   */
  async send({ node, vmid, key }: NicPlace, wanted: string, { digest }: NicLook): Promise<string | undefined> {
    const { refused } = await this.#write({ node, vmid, key }, digest, wanted)
    return refused
  }

  /**
   * Succeeds as well where it is there already. Writes only what is exactly as expected.
   *
   * @param onWrite resolves before each write is sent: why nothing may be written, as the end of a sentence about it, if so
   */
  async put(
    place: NicPlace,
    change: NicChange,
    onWrite: () => Promise<string | undefined>,
    known: KnownOfNic = {},
  ): Promise<NicPut> {
    const { key } = place
    const { expected, wanted, onto } = change
    let { look: seen, refused } = known
    let silent: string | undefined
    let silences = 0
    let replugs = 0
    let waits = 0
    // Before a write nobody need know where its tap is.
    let zones = seen === undefined && known.since === undefined ? [] : this.#zones[onto]
    for (let look = 0; look < LOOKS_AT_MOST; look += 1) {
      const read: NicLook | string | undefined =
        seen ?? (await this.#read(place, zones, look === 0 ? known.since : undefined))
      seen = undefined
      if (typeof read === 'string') return failed(read)
      if (read === undefined) return { kind: 'gone', what: 'vm' }
      const is = read.nics[key]
      if (is === undefined) return { kind: 'gone', what: 'nic' }
      const isThere = isSameText(is, wanted) && !read.waiting.includes(key)
      // An earlier life may have been ended while Proxmox was at it: the change waits until the NIC is plugged in.
      if (isSameText(is, wanted) && !isThere && waits < WAITS_AT_MOST) {
        waits += 1
        await this.#parts.clock.sleep(WAIT, this.#signal)
        continue
      }
      if (isThere && read.running && zones.length === 0) {
        zones = this.#zones[onto]
        continue
      }
      if (isThere && !read.unplugged.includes(key))
        return { kind: 'there', seen: !read.running || !read.untold.includes(key), look: read }
      if (refused !== undefined) return failed(refused)
      // All others of its range wait meanwhile, some of them on the other network.
      if (silences >= SILENCES_AT_MOST) return failed(`its node does not answer to the write: ${silent}`)
      if (isThere && replugs >= REPLUGS_AT_MOST)
        return failed(
          `its tap hangs on no bridge although its configuration is right; stop it and start it again: qm shutdown ${place.vmid}, then qm start ${place.vmid} (on ${place.node})`,
        )
      if (isThere) replugs += 1
      const why =
        (isThere ? read.lock && heldBy(read.lock, place, 'its VM') : this.whyNot(place, change, read)) ??
        (await onWrite())
      if (why !== undefined) return failed(why)
      zones = this.#zones[onto]
      const sent = await this.#write(place, read.digest, isThere ? replugged(is, expected) : wanted)
      refused = sent.refused
      silent = sent.silent
      if (silent !== undefined) silences += 1
    }
    return failed('its configuration keeps changing, or its node does not answer')
  }

  /** @returns why it can't be read, as the end of a sentence about it: the trouble of one VM is not that of all others */
  async #read(
    { node, vmid }: Omit<NicPlace, 'key'>,
    zones: readonly string[],
    since?: number,
  ): Promise<NicLook | string | undefined> {
    try {
      return await this.#parts.nicLooks.look(node, vmid, zones, always(this.#signal), since)
    } catch (error) {
      this.#signal.throwIfAborted()
      if (isProxmoxError(error) && error.kind !== 'unauthorized') return `its VM can't be read: ${error.message}`
      throw error
    }
  }

  async #write({ node, vmid, key }: NicPlace, digest: string, text: string): Promise<Sent> {
    const { machines } = this.#parts
    try {
      await machines.configure(node, vmid, { set: { [key]: text }, delete: [], digest }, always(this.#signal))
      return {}
    } catch (error) {
      this.#signal.throwIfAborted()
      if (isProxmoxError(error, 'timeout-unknown-outcome')) return { silent: error.message }
      if (isProxmoxError(error, 'conflict', 'locked')) return {}
      if (isProxmoxError(error)) return { refused: error.message }
      throw error
    }
  }
}

const failed = (why: string): NicPut => ({ kind: 'failed', why })

const REPLUGS_AT_MOST = 2
/** Each takes a minute. */
const SILENCES_AT_MOST = 2

/** A NIC that goes from one bridge to another is plugged in within a second; one that can't be is given up by then. In milliseconds. */
const WAITS_AT_MOST = 2
const WAIT = 2000
