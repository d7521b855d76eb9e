import type { MachineAudit, Machines } from '../../model/machine-ports.ts'
import { always } from '../../model/permit.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { isSameText } from '../../reconcilers/migration/old-networks.ts'
import { isReplugging, replugged } from '../../reconcilers/migration/replug.ts'

/** One NIC, where it is by now. */
export interface NicPlace {
  readonly node: string
  readonly vmid: number
  /** Such as `net0`. */
  readonly key: string
}

/** What came of a NIC. `why`: the end of a sentence about it. */
export type NicPut =
  /** `seen`: its tap was seen on that bridge, or it is off; not every node tells. */
  | { readonly kind: 'there'; readonly seen: boolean }
  /** Its node has no such VM, or that has no such NIC any more. */
  | { readonly kind: 'gone'; readonly what: 'vm' | 'nic' }
  | { readonly kind: 'failed'; readonly why: string }

/** Each write may be refused since the configuration has changed, or get no answer; then it is looked at again. */
const LOOKS_AT_MOST = 7

/**
 * Puts one NIC onto another network, and proves that it is there: its configuration says so, nothing of it waits for a boot, and of a
 * running VM its tap hangs on that bridge. Nothing is believed of a write: Proxmox answers well where a hot-plug left the
 * tap on no bridge (seen on Proxmox VE 9.1), and that is put right.
 */
export class NicWriter {
  readonly #machines: Pick<Machines, 'audit' | 'configure'>
  readonly #zones: readonly string[]
  readonly #signal: AbortSignal

  /** @param zones those of the networks that NICs are on before and after; `localnetwork` has the bridges */
  constructor(machines: Pick<Machines, 'audit' | 'configure'>, zones: readonly string[], signal: AbortSignal) {
    this.#machines = machines
    this.#zones = zones
    this.#signal = signal
  }

  /**
   * Succeeds as well where it is there already. Writes only what is exactly as expected.
   *
   * @param expected the NIC's text as it should be now @param wanted as it is to be
   * @param onWrite resolves before each write is sent. Throws when nothing must be written
   */
  async put(place: NicPlace, expected: string, wanted: string, onWrite: () => Promise<void>): Promise<NicPut> {
    const { key } = place
    // What an earlier life left that was cut off while it plugged the NIC in anew, on its way here or there.
    const isCutOff = (is: string): boolean => isReplugging(is, wanted) || isReplugging(is, expected)
    let refused: string | undefined
    let replugs = 0
    // What is there without a write of this life may have lost its tap since its node was asked last.
    let asOf: 'now' | undefined
    for (let look = 0; look < LOOKS_AT_MOST; look += 1) {
      const read = await this.#read(place, asOf)
      if (typeof read === 'string') return failed(read)
      if (read === undefined) return { kind: 'gone', what: 'vm' }
      const is = read.config[key]
      if (is === undefined) return { kind: 'gone', what: 'nic' }
      const isThere = isSameText(is, wanted) && !read.waiting.includes(key)
      if (isThere && !read.unplugged.includes(key)) {
        const seen = !read.running || !(read.untold ?? []).includes(key)
        if (asOf === 'now' || !read.running) return { kind: 'there', seen }
        asOf = 'now'
        continue
      }
      asOf = 'now'
      if (refused !== undefined) return failed(refused)
      if (isThere && replugs >= REPLUGS_AT_MOST)
        return failed(
          `its tap hangs on no bridge although its configuration is right; stop it and start it again: qm shutdown ${place.vmid}, then qm start ${place.vmid} (on ${place.node})`,
        )
      if (isThere) replugs += 1
      if (!isThere && !isSameText(is, expected) && !isSameText(is, wanted) && !isCutOff(is))
        return failed(`somebody has changed it meanwhile: it is ${is}, and was ${expected}`)
      if (read.lock !== undefined) return failed(`Proxmox holds its VM locked (${read.lock}); wait for that to end`)
      await onWrite()
      refused = await this.#write(place, read, isThere ? replugged(is, expected) : wanted)
    }
    return failed('its configuration keeps changing, or its node does not answer')
  }

  /** @returns why it can't be read, as the end of a sentence about it: the trouble of one VM is not that of all others */
  async #read({ node, vmid }: NicPlace, asOf: 'now' | undefined): Promise<MachineAudit | string | undefined> {
    try {
      return await this.#machines.audit(node, vmid, this.#zones, always(this.#signal), asOf)
    } catch (error) {
      this.#signal.throwIfAborted()
      if (isProxmoxError(error) && error.kind !== 'unauthorized') return `its VM can't be read: ${error.message}`
      throw error
    }
  }

  /** @returns why Proxmox did not take it, where that is certain */
  async #write({ node, vmid, key }: NicPlace, { digest }: MachineAudit, text: string): Promise<string | undefined> {
    try {
      await this.#machines.configure(node, vmid, { set: { [key]: text }, delete: [], digest }, always(this.#signal))
      return undefined
    } catch (error) {
      this.#signal.throwIfAborted()
      if (isProxmoxError(error, 'conflict', 'timeout-unknown-outcome', 'locked')) return undefined
      if (isProxmoxError(error)) return error.message
      throw error
    }
  }
}

const failed = (why: string): NicPut => ({ kind: 'failed', why })

const REPLUGS_AT_MOST = 2
